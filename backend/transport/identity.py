"""Who sends an HTTP request: by token, else by cookie. Another site's page is never served, whatever it comes with."""

from typing import NoReturn

from cross_web import HTTPException
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from strawberry.http.websocket_origin import is_same_origin

from backend import database
from backend.accounts import credentials
from backend.accounts.credentials import Viewer
from backend.transport import connection


class _CsrfCheck(CsrfViewMiddleware):
    """Raises instead of answering with a page."""

    def _reject(self, request: HttpRequest, reason: str) -> NoReturn:
        raise HTTPException(403, reason)


async def of_request(request: HttpRequest) -> Viewer | None:
    """Raises `HTTPException` with 403 for another site or a bad CSRF token, `connection.Rejected` for a bad token."""
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin, request):
        raise HTTPException(403, "Requests from other sites are not served.")
    secret = connection.bearer(request.headers.get("Authorization"))
    if secret is not None:
        return await connection.of_token(secret)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if request.method == "POST":
        _check_csrf(request)
    return await database.run(credentials.from_request, request)


def _is_ours(origin: str, request: HttpRequest) -> bool:
    return is_same_origin(origin, request.get_host()) or origin in settings.CSRF_TRUSTED_ORIGINS


def _check_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(lambda _: HttpResponse())
    check.process_request(request)
    check.process_view(request, lambda _: HttpResponse(), (), {})
