"""What somebody tries, and what comes of it: a document, what it is given, and where its answer stands."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from graphql import GraphQLError

from backend.accounts.credentials import Viewer
from backend.chat.policies import TABLE, Action, Standing
from backend.errors import DomainError
from backend.languages import ENGLISH
from chat_schema import documents, sharing
from chat_schema.context import Context
from chat_schema.errors import present, refuse
from chat_schema.schema import schema
from tests.chat_schema.access.scene import Ids, Scene
from tests.chat_schema.inside import Sink

# Of the refusals: nothing is said, the answer is null.
NOTHING = "NOTHING"


class Login(Enum):
    """What has nothing to do with a room."""

    ANYBODY = "anybody"
    LOGGED_IN = "whoever is logged in"


@dataclass(frozen=True)
class Need:
    """`actions` are those of which any will do; `found` is what one has to be allowed to be told more than
    "no such thing" (None: nobody is). `hushed` are the refusals for which there is null instead of an error.
    """

    actions: frozenset[Action] | Login
    found: Action | None = Action.SEE
    hushed: frozenset[str] = frozenset()

    def refusal(self, held: frozenset[Standing], *, is_private: bool) -> str | None:
        """The code by which the table has this refused; None if it is allowed."""
        if self.actions is Login.ANYBODY:
            return None
        if Standing.ANONYMOUS in held:
            return "UNAUTHENTICATED"
        if self.actions is Login.LOGGED_IN:
            return None
        if any(TABLE[action][is_private] & held for action in self.actions):
            return None
        if self.found is None or not TABLE[self.found][is_private] & held:
            return "NOT_FOUND"
        return "FORBIDDEN"

    def told(self, refusal: str) -> str:
        """What the client is told of it."""
        return NOTHING if refusal in self.hushed else refusal


@dataclass(frozen=True)
class Attempt:
    """One way to try a field. `path` leads to what is null if the refusal is."""

    name: str
    need: Need
    document: str
    variables: Callable[[Ids], Mapping[str, Any]]
    path: tuple[str | int, ...]
    # It changes what others are tried on.
    changes: bool = False
    # Trying it on what is not there makes it.
    makes: bool = False
    # The problem that whoever may is told.
    lacks: str | None = None

    @property
    def is_mutation(self) -> bool:
        return self.document.startswith("mutation")


@dataclass(frozen=True)
class Outcome:
    """`refusal` is its code; `text` all that the client is sent."""

    refusal: str | None
    text: str


async def attempt(tried: Attempt, scene: Scene, *, on_nothing: bool = False) -> Outcome:
    variables = dict(tried.variables(scene.nothing if on_nothing else scene.ids))
    checked = documents.check(schema._schema, tried.document)
    assert checked.document, checked.errors
    assert not checked.errors, (tried.name, checked.errors)
    if documents.is_subscription(documents.operation(checked.document, None)):
        request = sharing.Request(checked.document, None, variables)
        return await _subscribe(request, scene.who)
    context = Context(reader=scene.who, origin="tests", request=_request())
    result = await schema.execute(tried.document, variable_values=variables, context_value=context)
    errors = [error.formatted for error in result.errors or ()]
    text = json.dumps({"data": result.data, "errors": errors})
    return Outcome(_code(result.data, errors, tried.path), text)


async def _subscribe(request: sharing.Request, who: Viewer | None) -> Outcome:
    sink = Sink()
    try:
        subscriber = await sharing.subscribe(schema, request, Context(reader=who, origin="tests"), sink)
    except DomainError as error:
        refused = refuse(error, ENGLISH)
    except GraphQLError as error:
        refused = present(error, ENGLISH)
    else:
        assert subscriber
        await sink.payload()
        subscriber.close()
        return Outcome(None, "")
    assert not sink.waiting, "whoever is refused is sent nothing"
    return Outcome(_code(None, [refused.formatted], ()), json.dumps(refused.formatted))


def _code(data: Any, errors: list[Any], path: tuple[str | int, ...]) -> str | None:
    if errors:
        [error] = errors
        return str(error["extensions"]["code"])
    for step in path:
        data = data[step]
        if data is None:
            return NOTHING
    # A mutation's result; of a problem, the code was asked for.
    return data.get("code") if isinstance(data, dict) else None


def _request() -> HttpRequest:
    """As from a browser that has a session: some mutations work over HTTP alone."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    return request
