"""A file of JSON Lines that goes on where it was left, however that was: what is torn at its end is cut off."""

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec
from django.core.management import CommandError

# What each of our lines begins with: a file that does not is somebody else's, and left alone.
_BEGINNING = b'{"cursor":"'


class Place(NamedTuple):
    """Where to write, and the cursor of the last line that is there, if there is one."""

    file: int
    cursor: str | None


class _Line(msgspec.Struct):
    cursor: str


@contextmanager
def opened(path: str) -> Iterator[Place]:
    """The file, made if there is none, for its owner alone to read, and for one writer at a time.

    Raises `CommandError` for a file that cannot be written, or has something else in it.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    try:
        _hold(file, path)
        yield Place(file, _resume(file, path))
    finally:
        os.close(file)


def write(file: int, content: bytes) -> None:
    """All of it, with nothing kept for later: what has been written is there, whatever happens next."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def _hold(file: int, path: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CommandError(f"Another export is writing to {path}.") from error


def _resume(file: int, path: str) -> str | None:
    if not (size := os.fstat(file).st_size):
        return None
    with mmap.mmap(file, size, access=mmap.ACCESS_READ) as content:
        end = content.rfind(b"\n") + 1
        last = content[content.rfind(b"\n", 0, end - 1) + 1 : end] if end else b""
        is_ours = _BEGINNING.startswith(content[: len(_BEGINNING)])
    try:
        cursor = msgspec.json.decode(last, type=_Line).cursor if last else None
    except msgspec.DecodeError:
        is_ours = False
    if not is_ours:
        raise CommandError(f"{path} has something else in it than an export: name another file.")
    if end < size:
        os.ftruncate(file, end)
    return cursor
