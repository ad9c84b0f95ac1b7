"""`manage.py serve`: the product, on our daphne."""

import gc
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from backend import lan

# How many objects more than before there are when Python looks for garbage. Its own 700 is for programs that keep few.
_COLLECTED_AFTER = 5000


class Command(BaseCommand):
    help = "Serve the product: HTTP and sockets, on all interfaces."
    requires_system_checks: tuple[str, ...] = ()  # done by the tests; they would only delay the start

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_address(parser)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        check_services()
        serve(host, port, on_listening=lambda: say_where(host, port))


def add_address(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")  # noqa: S104
    parser.add_argument("--port", type=_port, default=settings.PORT, help="default: PORT, or 8000")


def check_services() -> None:
    """Raises `CommandError` for a database or a Redis that cannot be used."""
    _check_database()
    _check_redis()


def serve(host: str, port: int, *, on_listening: Callable[[], None]) -> None:
    """Until it is told to stop. Raises `CommandError` if the port cannot be had."""
    # Importing daphne installs Twisted's reactor: only for what serves.
    from backend.asgi import application
    from backend.transport.server import ChatServer

    # What is loaded by now stays. To go through it again and again took a quarter of the time that a crowd was let in.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)
    server = ChatServer(application, host=host, port=port, on_listening=on_listening)
    server.run()
    if server.failure:
        raise CommandError(f"Cannot listen on port {port}: {server.failure}")


def say_where(host: str, port: int) -> None:
    sys.stdout.write(f"Chaikhana is open:  http://localhost:{port}\n")
    if host == "0.0.0.0":  # noqa: S104
        for address in lan.addresses():
            shown = f"[{address}]" if ":" in address else address
            sys.stdout.write(f"    on the network:  http://{shown}:{port}\n")
    sys.stdout.flush()


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ArgumentTypeError(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def _check_database() -> None:
    """Embedded: bring the tables up to date. In a cluster that is a step of the deploy, done once."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError("The database of DATABASE_URL does not answer.") from error
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if not settings.EMBEDDED:
            raise CommandError("The database is not up to date: run `manage.py migrate` first.")
        call_command("migrate", verbosity=0, interactive=False)


def _check_redis() -> None:
    if not settings.REDIS_URL:
        return
    import redis

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5).ping()
    except redis.RedisError as error:
        raise CommandError("The Redis of REDIS_URL does not answer.") from error
