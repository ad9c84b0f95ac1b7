"""Who runs where: the server that is measured alone on one core, all the rest on another."""

import os
import resource
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.engine.errors import BenchmarkFailed

_CORES = sorted(os.sched_getaffinity(0))
SERVER, REST = _CORES[0], _CORES[-1]


def settle() -> None:
    """This process, and all that it starts from now on, keep off the server's core. Raises `BenchmarkFailed`."""
    if SERVER == REST:
        raise BenchmarkFailed("The server that is measured needs a core to itself, and this machine has only one.")
    os.sched_setaffinity(0, {REST})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def for_a_server() -> Iterator[None]:
    """What is started in the block runs on the server's core, for good."""
    os.sched_setaffinity(0, {SERVER})
    try:
        yield
    finally:
        os.sched_setaffinity(0, {REST})


def cpu_seconds(pids: Iterable[int]) -> float:
    """What these processes have used so far, by the kernel's own clock of each: all threads, also those that ended."""
    return sum(time.clock_gettime(_clock_of(pid)) for pid in pids)


def _clock_of(pid: int) -> int:
    return (~pid << 3) | 2  # as clock_getcpuclockid(3) makes it: CPUCLOCK_SCHED of a process


def resident_bytes(pids: Iterable[int]) -> int:
    return sum(_resident(pid) for pid in pids)


def _resident(pid: int) -> int:
    [line] = [each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS")]
    return int(line.split()[1]) * 1024
