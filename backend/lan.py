"""The names and addresses that this machine answers to, so that every device on the LAN can come in."""

import ipaddress
import socket
from contextlib import suppress

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

# Documentation addresses (RFC 5737, RFC 3849). Connecting a UDP socket sends nothing: it only makes the system
# choose the interface, and so the address, that other machines know this one by.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def addresses() -> list[str]:
    """Addresses of this machine that other machines can reach it by, the likeliest first; IPv6 unbracketed."""
    found: list[str] = []
    for family, elsewhere in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                found.append(str(probe.getsockname()[0]))
        except OSError:
            continue
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    return [
        address
        for address in dict.fromkeys(found)
        if not (parsed := ipaddress.ip_address(address.split("%")[0])).is_loopback and not parsed.is_link_local
    ]


def own_hosts() -> list[str]:
    """This machine's names and addresses as they stand in a `Host` header of its neighbours."""
    name = socket.gethostname().lower()
    names = [name, f"{name.split('.')[0]}.local"] if name else []  # ".local" would be the whole network
    return [*names, *map(bracketed, addresses())]


def bracketed(host: str) -> str:
    """A host as it stands in a URL or a `Host` header."""
    return f"[{host}]" if ":" in host else host
