"""Hosts apart, where the machine allows it; and one sentence where it does not."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest

from tests.services.errors import ServiceMissing
from tests.services.hosts import Host, network
from tests.services.ports import LOOPBACK

_REACH = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)"


def _reaches(host: Host, address: str, port: int) -> bool:
    command = [*host.command, sys.executable, "-c", _REACH, address, str(port)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_host_reaches_this_one_by_its_cable_alone() -> None:
    with ExitStack() as stack:
        try:
            net = stack.enter_context(network(2))
        except ServiceMissing:
            return  # of a machine that allows none, the next test says all
        server = stack.enter_context(socket.create_server((net.address, 0)))
        port: int = server.getsockname()[1]
        first, second = net.hosts
        assert _reaches(first, net.address, port)
        assert not _reaches(first, LOOPBACK, port)
        first.unplug()
        assert not _reaches(first, net.address, port)
        assert _reaches(second, net.address, port)
        first.plug()
        assert _reaches(first, net.address, port)
    assert first.name not in subprocess.check_output(("ip", "netns", "list"), text=True)


def test_who_may_make_none_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServiceMissing, match="run as root on Linux"), network(1):
        pass
