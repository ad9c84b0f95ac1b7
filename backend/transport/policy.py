"""The Content-Security-Policy of every page that we send, whichever part of the server made it."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

_Answer = Callable[[HttpRequest], HttpResponseBase]
_AnswerLater = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def content_security_policy(get_response: _Answer | _AnswerLater) -> _Answer | _AnswerLater:
    """Of both kinds, so that no request changes threads for it."""
    if iscoroutinefunction(get_response):
        answer_later = cast("_AnswerLater", get_response)

        async def later(request: HttpRequest) -> HttpResponseBase:
            return _under_policy(await answer_later(request))

        return later
    answer = cast("_Answer", get_response)
    return lambda request: _under_policy(answer(request))


def _under_policy(response: HttpResponseBase) -> HttpResponseBase:
    # A script would be bound by a policy of its own, beside that of the page.
    if response.headers.get("Content-Type", "").startswith("text/html"):
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
    return response
