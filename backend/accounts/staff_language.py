"""The language of the admin: what whoever is logged in there has chosen, else what their browser asks for."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import sync_and_async_middleware

from backend import languages
from backend.accounts.models import User


@sync_and_async_middleware
def speak(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any | Awaitable[Any]]:
    """For the admin alone: elsewhere what is said is put into words by whoever knows who asks."""

    def answer(request: HttpRequest) -> Any:
        if not _is_for_staff(request):
            return get_response(request)
        with translation.override(_chosen(request)):
            return get_response(request)

    async def answer_async(request: HttpRequest) -> Any:
        if not _is_for_staff(request):
            return await get_response(request)
        with translation.override(await sync_to_async(_chosen)(request)):
            return await get_response(request)

    return answer_async if iscoroutinefunction(get_response) else answer


def _is_for_staff(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def _chosen(request: HttpRequest) -> str:
    user = request.user
    return user.locale if isinstance(user, User) else languages.preferred(request.headers.get("Accept-Language", ""))
