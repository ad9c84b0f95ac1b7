"""Django's middleware, called on the loop: Django itself changes threads twice for each of them, and back.

None of them waits for anything, but in the few cases that still go to a thread here.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin


class _OnTheLoop(MiddlewareMixin):
    """Before the middleware that it is to call in this way."""

    async def __acall__(self, request: HttpRequest) -> Any:
        begin: Callable[..., Any] = getattr(self, "process_request", lambda _: None)
        end: Callable[..., Any] = getattr(self, "process_response", lambda _, response: response)
        response = begin(request) or await self.get_response(request)  # type: ignore[misc]  # async, where this is
        return await sync_to_async(end)(request, response) if self.waits(request) else end(request, response)

    def waits(self, request: HttpRequest) -> bool:
        """Whether something is to be stored, or looked up, at the end."""
        return False


class Security(_OnTheLoop, SecurityMiddleware):
    pass


class Session(_OnTheLoop, SessionMiddleware):
    def waits(self, request: HttpRequest) -> bool:
        return request.session.modified


class Common(_OnTheLoop, CommonMiddleware):
    pass


class Csrf(_OnTheLoop, CsrfViewMiddleware):
    async def process_view(  # type: ignore[override]  # Django takes both kinds
        self, request: HttpRequest, callback: Any, *arguments: Any
    ) -> Any:
        """Reading a form may take long. Who is exempt has none."""
        if getattr(callback, "csrf_exempt", False):
            return None
        return await sync_to_async(super().process_view)(request, callback, *arguments)


class Authentication(_OnTheLoop, AuthenticationMiddleware):
    pass


class Messages(_OnTheLoop, MessageMiddleware):
    def waits(self, request: HttpRequest) -> bool:
        messages: Any = get_messages(request)  # Django's storage, of whichever kind
        return bool(messages.used or messages.added_new)


class FrameOptions(_OnTheLoop, XFrameOptionsMiddleware):
    pass
