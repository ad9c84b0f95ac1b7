"""`manage.py write_texts`: keep the catalogs of `backend/locale` what the code says."""

from argparse import ArgumentParser
from typing import Any

import polib
from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from backend.management import catalogs


class Command(BaseCommand):
    help = "Write the catalogs of texts from the code, keep what is translated, and compile them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail if they have drifted")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        said = catalogs.said(settings.BASE_DIR)
        complaints: list[str] = []
        for language in catalogs.LANGUAGES:
            path = catalogs.path(language)
            catalog = catalogs.written(language, said, polib.pofile(path) if path.exists() else polib.POFile())
            complaints += catalogs.complaints(catalog)
            source, compiled = f"{catalog}\n".encode(), catalog.to_binary()
            if not check:
                path.write_bytes(source)
                path.with_suffix(".mo").write_bytes(compiled)
            elif (path.read_bytes(), path.with_suffix(".mo").read_bytes()) != (source, compiled):
                complaints.append(f"{language}: not what the code says: run `make texts` and translate what is new.")
        if complaints:
            raise CommandError("\n".join(complaints))
