"""What no answer may show: the innards. Whatever a test is answered passes here, and a leak fails that test.

`watch` taps the places where answers arrive: the clients of the tests, and what stands for them in this process.
Whoever reads answers in another way calls `look`.

The names of the schema are no secret: introspection is on, so an error that suggests an argument says nothing new.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

import httpx
import pytest
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import AsyncClient, Client
from strawberry.types import ExecutionResult
from websockets.asyncio.connection import Connection

from chat_schema import sharing
from chat_schema.execution import Schema

# Of servers in processes of their own (tests/services/server.py).
SERVER_SECRET_KEY = "for tests"


class Leak(NamedTuple):
    kind: str
    # How the answer came.
    where: str
    # What was found, and what stands around it.
    text: str


_found: list[Leak] = []


def look(where: str, text: str) -> None:
    """Remember what of this answer should not be there."""
    text = text.replace("\\n", "\n").replace('\\"', '"')  # as JSON writes them
    for kind, pattern in _patterns().items():
        if match := pattern.search(text):
            start, end = match.span()
            _found.append(Leak(kind, where, text[max(0, start - 100) : end + 100]))


def take() -> list[Leak]:
    """What was found since the last time."""
    found = _found.copy()
    _found.clear()
    return found


def complain() -> None:
    """Raises `AssertionError` if anything was found."""
    leaks = "\n".join(f"{leak.kind} in {leak.where}: {leak.text}" for leak in take())
    assert not leaks, leaks


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """By kind. Specific, because people may write of errors and databases too."""
    tables = "|".join(model._meta.db_table for model in apps.get_models(include_auto_created=True))
    keys = "|".join(re.escape(key) for key in (settings.SECRET_KEY, SERVER_SECRET_KEY))
    patterns = {
        "a traceback": r'Traceback \(most recent|File "[^"]*", line \d|\.py", line \d',
        "an exception": (
            r"\b[A-Z]\w*(?:Error|Exception|Warning)\b|\bExceptionGroup\b|\bDoesNotExist\b|\bMultipleObjectsReturned\b"
            r"|matching query does not exist|NoneType|object has no attribute|invalid literal for|codec can't"
            r"|Incorrect padding|unexpected keyword argument|positional argument|set_int_max_str_digits"
            r"|<[\w.]+ object at 0x|<class '"
        ),
        "a database": (
            r"constraint failed|violates [\w-]+(?: \w+)? constraint|duplicate key value|no such (?:table|column)"
            r"|database is locked|relation \"[^\"]*\" does not exist|connection to server|psycopg|sqlite"
        ),
        "SQL": r"\bSELECT\b[^;]*\bFROM\b|\bINSERT INTO\b|\bUPDATE\b \S+ SET\b|\bDELETE FROM\b",
        "a table": rf"\b(?:{tables})\b",
        "a path": rf"{re.escape(str(settings.BASE_DIR))}(?!\w)|/usr/(?:local/)?lib|(?:site|dist)-packages|\w\.py\b",
        "a module": (
            r"(?<![\w./@-])(?:backend|chat_schema|tests|strawberry|django|graphql|channels|channels_redis|daphne"
            r"|twisted|autobahn|asgiref|asyncio|msgspec|redis)\.[a-z_]|\b_?strawberry"
        ),
        "a password hash": r"\bpbkdf2_|\b(?:md5|argon2\w*|scrypt|bcrypt\w*)\$",
        "the secret key": keys,
    }
    return {kind: re.compile(pattern) for kind, pattern in patterns.items()}


def watch(patch: pytest.MonkeyPatch) -> None:
    """Tap wherever answers arrive, until `patch` is undone."""
    for client in (httpx.Client, httpx.AsyncClient):
        _tap(patch, client, "send", _look_at_answer)
    for here in (Client, AsyncClient):
        _tap(patch, here, "request", _look_at_response)
    _tap(patch, Connection, "recv", lambda frame: look("a frame", str(frame)))
    _tap(patch, ApplicationCommunicator, "receive_output", lambda said: look("a frame", str(said)))
    _tap(patch, Schema, "execute", _look_at_result)
    _tap(patch, sharing, "encode", lambda payload: look("a shared frame", payload.decode()))


def _tap(patch: pytest.MonkeyPatch, owner: object, name: str, see: Callable[[Any], None]) -> None:
    """Let `see` have whatever this function returns."""
    original = getattr(owner, name)

    async def tapped_async(*args: Any, **kwargs: Any) -> Any:
        answer = await original(*args, **kwargs)
        see(answer)
        return answer

    def tapped(*args: Any, **kwargs: Any) -> Any:
        answer = original(*args, **kwargs)
        see(answer)
        return answer

    patch.setattr(owner, name, wraps(original)(tapped_async if iscoroutinefunction(original) else tapped))


def _look_at_answer(answer: httpx.Response) -> None:
    if answer.is_closed:  # else it is a stream, for whoever asked for it to read
        _look_at_http(answer.headers, lambda: answer.text)


def _look_at_http(headers: Mapping[str, str], text: Callable[[], str]) -> None:
    # Scripts and styles are not ours, and nobody's secret.
    body = text() if re.search("json|html|plain", headers.get("Content-Type", "")) else ""
    look("an HTTP response", f"{dict(headers)} {body}")


def _look_at_response(response: HttpResponseBase) -> None:
    _look_at_http(response.headers, lambda: b"".join(response).decode())


def _look_at_result(result: ExecutionResult) -> None:
    errors = [error.formatted for error in result.errors or ()]
    look("a result", json.dumps({"data": result.data, "errors": errors}, ensure_ascii=False, default=str))
