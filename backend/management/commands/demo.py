"""`manage.py demo`: the product with people in it, who keep talking."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import connection

from backend.errors import DomainError
from backend.management.commands import serve
from backend.management.demo import script, stage
from backend.management.demo.bots import Bots

_MIN_PAUSE = 0.1
# Where a server that listens everywhere, or on some address, is found by itself.
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Command(BaseCommand):
    help = "Serve the product with rooms, people and a conversation that goes on, until Ctrl-C."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        serve.add_address(parser)
        pause = f"seconds between two lines in a room, from {_MIN_PAUSE} on (default: 6)"
        parser.add_argument("--pause", type=_pause, default=6.0, help=pause)
        parser.add_argument("--no-serve", action="store_true", help="set the stage and end")

    def handle(self, *args: Any, host: str, port: int, pause: float, no_serve: bool, **options: Any) -> None:
        serve.check_services()
        play = script.read()
        try:
            with stage.cast(play) as actors:
                bots = Bots(play, room_ids=stage.play(play, actors), actors=actors, pause=pause)
                connection.close()  # what follows takes as long as anybody likes
                if not no_serve:
                    _serve(bots, host, port)
        except DomainError as error:
            raise CommandError(f"The stage cannot be set here: {error.detail}") from error
        except KeyboardInterrupt:
            sys.stderr.write("Interrupted. The same command goes on where this one stopped.\n")
            sys.exit(130)


def _serve(bots: Bots, host: str, port: int) -> None:
    def welcome() -> None:
        serve.say_where(host, port)
        guest = script.read().guest.username
        sys.stdout.write(f"  you are expected:  {guest}, with the password {stage.password(guest)}\n")
        sys.stdout.write(f"     people talk in:  {', '.join(room.address for room in script.read().rooms)}\n")
        sys.stdout.flush()
        bots.start(_HERE.get(host, host), port)

    try:
        serve.serve(host, port, on_listening=welcome)
    finally:
        bots.stop()


def _pause(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not _MIN_PAUSE <= seconds < float("inf"):
        raise ArgumentTypeError(f"a number of seconds from {_MIN_PAUSE} on, not {value!r}.")
    return seconds
