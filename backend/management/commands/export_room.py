"""`manage.py export_room`: all that has happened in a room, as JSON Lines."""

import asyncio
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import msgspec
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from backend.chat import cursors, facts, rooms
from backend.errors import DomainError
from backend.management import resumable
from backend.management.progress import Progress
from backend.management.resumable import Place
from chat_schema import export

_INTERRUPTED = 130  # the exit status by which shells know Ctrl-C


class Command(BaseCommand):
    help = "Write all that has happened in a room: one event a line, in order, each with its cursor."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the room's address, however it is written")
        parser.add_argument("--output", metavar="FILE", help="go on at its end, if it is there (default: stdout)")
        parser.add_argument("--after", metavar="CURSOR", help="only what happened after it")

    def handle(self, *args: Any, address: str, output: str | None, after: str | None, **options: Any) -> None:
        room = rooms.room_at(address)
        if room is None:
            raise CommandError(f"There is no room at {address!r}.")
        with _opened(output) as place:
            if place.cursor and after:
                raise CommandError(f"{output} goes on after its last line: leave out --after.")
            writing = _Writing(place.file, after or place.cursor)
            try:
                asyncio.run(writing.run(room))
            except KeyboardInterrupt:
                sys.stderr.write(f"Interrupted.{writing.how_to_go_on(output)}\n")
                sys.exit(_INTERRUPTED)
            except BrokenPipeError:
                sys.exit(1)  # whoever read it has enough
            except (DomainError, export.Failed, OSError) as error:
                raise CommandError(_why(error) + writing.how_to_go_on(output)) from error


def _why(error: DomainError | export.Failed | OSError) -> str:
    if isinstance(error, OSError):
        return f"The export cannot be written: {error.strerror}."
    return str(error.detail if isinstance(error, DomainError) else error)


class _Writing:
    """`reached` is the cursor of the last line that is whole."""

    def __init__(self, file: int, after: str | None) -> None:
        self._file = file
        self._began_after = self.reached = after

    async def run(self, room: facts.Room) -> None:
        known = cursors.parse(self.reached) if self.reached else None
        position = known.seq if known else room.tail
        with Progress("events", of=max(0, room.head - position)) as progress:
            # A page at a time: memory does not grow with the room.
            async with aclosing(export.pages(room.id, after=self.reached)) as pages:
                async for page in pages:
                    resumable.write(self._file, b"".join(msgspec.json.encode(frame) + b"\n" for frame in page))
                    self.reached = page[-1]["cursor"]
                    progress.add(len(page))

    def how_to_go_on(self, output: str | None) -> str:
        """Nothing, where nothing has been written."""
        if self.reached is None or self.reached == self._began_after:
            return ""
        how = "The same command" if output else f"--after {self.reached}"
        return f" {how} goes on where this one stopped."


@contextmanager
def _opened(output: str | None) -> Iterator[Place]:
    if output is None:
        yield Place(sys.stdout.fileno(), None)
        return
    with resumable.opened(output) as place:
        yield place
