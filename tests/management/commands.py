"""`manage.py` in a process of its own, on the database of the tests."""

import os
import subprocess
import sys

from django.conf import settings
from django.db import connection

from tests.services.server import MANAGE

PATIENCE = 60.0


def start(*arguments: str) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.management.settings",
        "TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }
    command = [sys.executable, str(MANAGE), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def run(*arguments: str) -> tuple[int, str, str]:
    """Its status, and what it wrote to stdout and stderr."""
    with start(*arguments) as process:
        out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err
