"""The names that this machine answers to: its own, and nobody else's."""

import ipaddress
import socket
from typing import Any, Self

import pytest

from backend import lan

OWN = "192.168.1.20"


class _Probe:
    """A UDP socket whose system has one IPv4 address towards the world, and none of IPv6."""

    def __init__(self, family: int, kind: int) -> None:
        self._family = family

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def connect(self, address: tuple[str, int]) -> None:
        assert ipaddress.ip_address(address[0]).is_private, "only an address for documentation"
        if self._family == socket.AF_INET6:
            raise OSError("Network is unreachable")

    def getsockname(self) -> tuple[str, int]:
        return (OWN, 40000)


def _resolves_to(*addresses: str) -> Any:
    return lambda *_: [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 0)) for address in addresses]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(socket, "socket", _Probe)
    monkeypatch.setattr(socket, "gethostname", lambda: "Samovar.example.org")
    monkeypatch.setattr(socket, "getaddrinfo", _resolves_to(OWN))
    return monkeypatch


def test_addresses_are_named_once_and_the_one_that_others_know_comes_first(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(socket, "getaddrinfo", _resolves_to("10.0.0.7", OWN, "2001:db8::7", "10.0.0.7"))
    assert lan.addresses() == [OWN, "10.0.0.7", "2001:db8::7"]


def test_addresses_that_nobody_else_can_reach_are_left_out(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(socket, "getaddrinfo", _resolves_to("127.0.1.1", "::1", "169.254.3.4", "fe80::1%eth0"))
    assert lan.addresses() == [OWN]


def test_a_machine_that_cannot_resolve_its_own_name_still_knows_its_address(machine: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise socket.gaierror("Name or service not known")

    machine.setattr(socket, "getaddrinfo", fail)
    assert lan.addresses() == [OWN]


def test_a_machine_without_a_network_has_no_addresses_but_works(machine: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("Network is unreachable")

    machine.setattr(_Probe, "connect", fail)
    machine.setattr(socket, "getaddrinfo", fail)
    assert lan.addresses() == []
    assert lan.own_hosts() == ["samovar.example.org", "samovar.local"]


def test_hosts_are_written_as_in_a_host_header(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(socket, "getaddrinfo", _resolves_to("2001:db8::7"))
    assert lan.own_hosts() == ["samovar.example.org", "samovar.local", OWN, "[2001:db8::7]"]


def test_a_machine_without_a_name_does_not_answer_for_the_whole_network(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(socket, "gethostname", lambda: "")
    assert lan.own_hosts() == [OWN]


def test_the_addresses_of_this_very_machine_are_addresses() -> None:
    for address in lan.addresses():
        ipaddress.ip_address(address.split("%")[0])
    assert not {"*", ""} & set(lan.own_hosts())
