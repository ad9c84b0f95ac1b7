"""GraphQL over HTTP, GraphiQL for browsers, and the two health checks."""

import json
import logging
from typing import Any, NoReturn

import msgspec
from cross_web import HTTPException
from django.conf import settings
from django.db import DatabaseError
from django.db import connection as database_connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import AsyncGraphQLView
from strawberry.http.websocket_origin import is_same_origin

from backend import database
from backend.accounts import credentials
from backend.accounts.credentials import Viewer
from backend.transport import connection, draining
from chat_schema.context import Context

logger = logging.getLogger(__name__)


class _CsrfCheck(CsrfViewMiddleware):
    """Raises instead of answering with a page."""

    def _reject(self, request: HttpRequest, reason: str) -> NoReturn:
        raise HTTPException(403, reason)


# The check is made in `_viewer`, for those who come with a cookie: nobody else can be ridden on.
@method_decorator(csrf_exempt, name="dispatch")
class GraphQLView(AsyncGraphQLView[Context, None]):
    """POST runs an operation, GET a query; GET from a browser opens GraphiQL."""

    graphql_ide = None

    async def dispatch(  # type: ignore[override]  # async, as Strawberry's own
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Any:
        if request.method == "GET" and "query" not in request.GET and "text/html" in request.headers.get("Accept", ""):
            return explorer(request)
        try:
            return await self.run(request=request)
        except HTTPException as error:
            return _refused(error.status_code, error.reason, "BAD_REQUEST")
        except connection.Rejected:
            response = _refused(401, "This token is not good.", "UNAUTHENTICATED")
            response["WWW-Authenticate"] = "Bearer"
            return response

    async def get_context(self, request: HttpRequest, response: HttpResponse) -> Context:
        viewer = await self._viewer(request)
        return Context(reader=viewer, origin=request.META.get("REMOTE_ADDR", ""), request=request)

    async def _viewer(self, request: HttpRequest) -> Viewer | None:
        """By token, else by cookie. Another site's page is never served, whatever it comes with."""
        origin = request.headers.get("Origin")
        if origin is not None and not _is_ours(origin, request):
            raise HTTPException(403, "Requests from other sites are not served.")
        secret = connection.bearer(request.headers.get("Authorization"))
        if secret is not None:
            viewer = await database.run(credentials.from_token, secret)
            if viewer is None:
                raise connection.Rejected
            return viewer
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if request.method == "POST":
            _check_csrf(request)
        return await database.run(credentials.from_request, request)

    def parse_json(self, data: str | bytes) -> Any:
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, "The body is no JSON object.") from error

    def encode_json(self, data: object) -> bytes:
        return msgspec.json.encode(data)


def explorer(request: HttpRequest) -> HttpResponse:
    """GraphiQL, from the front end's build, under the strict policy."""
    try:
        page = (settings.FRONTEND_DIST / "explorer.html").read_bytes()
    except FileNotFoundError:
        return HttpResponse("GraphiQL is not built: run `make run`.", status=503, content_type="text/plain")
    get_token(request)  # sets the cookie that the page sends back as X-CSRFToken
    response = HttpResponse(page)
    response["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY
    response["Cache-Control"] = "no-cache"  # it names hashed files
    return response


async def healthz(_: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


async def readyz(_: HttpRequest) -> HttpResponse:
    """This process can serve: it reaches its database, and has not been told to stop."""
    if draining.has_begun():
        return JsonResponse({"status": "stopping"}, status=503)
    try:
        await database.run(database_connection.ensure_connection)
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


def _is_ours(origin: str, request: HttpRequest) -> bool:
    return is_same_origin(origin, request.get_host()) or origin in settings.CSRF_TRUSTED_ORIGINS


def _check_csrf(request: HttpRequest) -> None:
    check = _CsrfCheck(lambda _: HttpResponse())
    check.process_request(request)
    check.process_view(request, lambda _: HttpResponse(), (), {})


def _refused(status: int, detail: str, code: str) -> HttpResponse:
    body = json.dumps({"errors": [{"message": detail, "extensions": {"code": code}}]})
    return HttpResponse(body, status=status, content_type="application/json")
