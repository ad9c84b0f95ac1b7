"""`manage.py write_schema`: keep `schema.graphql` what the code says."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from chat_schema.schema import schema


class Command(BaseCommand):
    help = "Write schema.graphql from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail if it has drifted")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = settings.BASE_DIR / "schema.graphql"
        text = schema.as_str() + "\n"
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError(
                "schema.graphql is not what the code says: run `make schema` and look at the difference."
            )
