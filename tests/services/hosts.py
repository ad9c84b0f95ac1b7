"""Hosts apart from each other on one machine: network namespaces on a bridge of their own. Linux, as root."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.services.errors import ServiceMissing

# The block that RFC 2544 sets aside for measuring networks: nobody is reached by these addresses.
_NETWORK = "198.18.{}"
_random = random.SystemRandom()


@dataclass(frozen=True)
class Host:
    """Its own loopback, and one cable to the bridge. `command` is what to put before a command to run it there."""

    name: str
    address: str
    cable: str

    @property
    def command(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def unplug(self) -> None:
        """What is sent, either way, is gone; nobody is told."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        _ip("link", "set", self.cable, "up")


@dataclass(frozen=True)
class Network:
    """Of `address` this process is reached from the hosts, and all of `block` are on it."""

    address: str
    block: str
    hosts: tuple[Host, ...]


@contextmanager
def network(count: int) -> Iterator[Network]:
    """With so many hosts. Raises `ServiceMissing` where the machine allows none."""
    number = _random.randrange(1, 255)
    bridge, block = f"chai{number}", _NETWORK.format(number)
    with ExitStack() as undo:
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise ServiceMissing("network namespaces", "run as root on Linux, with iproute2 installed")
        try:
            _ip("link", "add", "name", bridge, "type", "bridge")
            undo.callback(_ip, "link", "del", bridge)
            _ip("addr", "add", f"{block}.1/24", "dev", bridge)
            _ip("link", "set", bridge, "up")
            hosts = tuple(_host(undo, bridge, f"{block}.{10 + each}", each) for each in range(count))
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip() or error
            raise ServiceMissing("network namespaces", f"they cannot be made here ({reason})") from error
        yield Network(f"{block}.1", f"{block}.0/24", hosts)


def _host(undo: ExitStack, bridge: str, address: str, number: int) -> Host:
    host = Host(f"{bridge}-{number}", address, cable=f"{bridge}.{number}")
    _ip("netns", "add", host.name)
    undo.callback(_ip, "netns", "del", host.name)
    _ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.name)
    # With the namespace it goes by itself, but only when the last process there has ended.
    undo.callback(_ip, "link", "del", host.cable)
    _ip("link", "set", host.cable, "master", bridge, "up")
    _ip("-n", host.name, "addr", "add", f"{address}/24", "dev", "eth0")
    for link in ("eth0", "lo"):
        _ip("-n", host.name, "link", "set", link, "up")
    return host


def _ip(*arguments: str) -> None:
    subprocess.run(("ip", *arguments), check=True, capture_output=True, text=True)
