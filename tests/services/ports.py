"""A free TCP port on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the ports that systems give to outgoing connections (Linux from 32768, macOS from 49152). A client that
# reconnects to a stopped server on such a port can be given that very port, and then is connected to itself
# while the server cannot start again.
_PORTS = range(20_000, 32_000)
_ATTEMPTS = 100

# The system's randomness: a test runner that seeds `random` would give all its workers the same ports.
_random = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on, and that this process was not given before."""
    for _ in range(_ATTEMPTS):
        port = _random.choice(_PORTS)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise RuntimeError(f"No free TCP port in {_ATTEMPTS} attempts between {_PORTS.start} and {_PORTS.stop}.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
