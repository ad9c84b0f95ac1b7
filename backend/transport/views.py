"""GraphQL over HTTP, GraphiQL for browsers, and the two health checks."""

import asyncio
import sys
from typing import IO, Any, cast

import msgspec
from cross_web import AsyncDjangoHTTPRequestAdapter, AsyncHTTPRequestAdapter, FormData, HTTPException
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.db import Error as DatabaseError
from django.db import connection as database_connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from graphql import GraphQLError
from strawberry.django.views import AsyncGraphQLView, TemporalHttpResponse
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult

from backend import database, languages
from backend.errors import DomainError, RateLimited
from backend.languages import plural
from backend.transport import bodies, connection, draining, identity, pages
from backend.transport.bodies import JSON, MULTIPART
from chat_schema.context import Context
from chat_schema.errors import never_began, present, refuse
from chat_schema.scalars import File

# The media type of GraphQL over HTTP, for those who ask for it: there the status tells what became of the request.
GRAPHQL_RESPONSE = "application/graphql-response+json"


class _Adapter(AsyncDjangoHTTPRequestAdapter):
    @property
    def content_type(self) -> str | None:
        return self.request.content_type  # as Django reads it: in lower case, and without parameters

    async def get_form_data(self) -> FormData:
        sent = cast("dict[str, UploadedFile]", self.request.FILES)
        files = {field: File(cast("IO[bytes]", file), file.name or "") for field, file in sent.items()}
        return FormData(files=files, form=self.request.POST)


# The check is made by `identity`, for those who come with a cookie: nobody else can be ridden on.
@method_decorator(csrf_exempt, name="dispatch")
class GraphQLView(AsyncGraphQLView[Context, None]):
    """POST runs an operation, GET a query; GET from a browser opens GraphiQL."""

    graphql_ide = None
    request_adapter_class = _Adapter

    async def dispatch(  # type: ignore[override]  # async, as Strawberry's own
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Any:
        try:
            if pages.is_a_visit(request) and "query" not in request.GET:
                return pages.explorer(request)
            if request.method == "POST" and request.content_type == MULTIPART:
                await _receive_files(request)
            return await self.run(request=request)
        except HTTPException as error:
            is_get_mutation = isinstance(error.__cause__, InvalidOperationTypeError)
            response = _refused(request, 405 if is_get_mutation else error.status_code, error.reason)
            if response.status_code == 405:
                response["Allow"] = "POST" if is_get_mutation else "GET, POST"
            return response
        except connection.Rejected:
            response = _refused(request, 401, "This token is not good.", code="UNAUTHENTICATED")
            response["WWW-Authenticate"] = "Bearer"
            return response
        except RequestDataTooBig:
            return _refused(request, 413, f"A request has at most {settings.REQUEST_MAX_BYTES} bytes beside its file.")
        except SuspiciousOperation:
            return bad_request(request)
        except DomainError as error:
            return _answer(request, 503, refuse(error, _language(request)))
        except Exception:  # Django would show a page
            return server_error(request)

    async def get_context(self, request: HttpRequest, response: HttpResponse) -> Context:
        viewer = await identity.of_request(request)
        site = connection.site(request.get_host(), request.get_port())
        return Context(
            reader=viewer,
            origin=request.META.get("REMOTE_ADDR", ""),
            site=site,
            request=request,
            accept_language=_accept_language(request),
        )

    def should_render_graphql_ide(self, request: Any) -> bool:
        return False  # the explorer is ours

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        if request.method == "POST" and request.content_type not in (JSON, MULTIPART):
            raise HTTPException(415, f"The body of a POST is {JSON}, or {MULTIPART} for an upload.")
        data = await super().parse_http_body(request)
        if isinstance(data, GraphQLRequestData) and not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "`operationName` must be a string or null, if provided.")
        return data

    async def parse_multipart(self, request: AsyncHTTPRequestAdapter) -> dict[str, str]:
        try:
            return await super().parse_multipart(request)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise HTTPException(400, "The `map` of an upload does not say where its file belongs.") from error

    def parse_json(self, data: str | bytes) -> Any:
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, "This is no JSON object.") from error

    async def get_sub_response(self, request: HttpRequest) -> TemporalHttpResponse:
        response = await super().get_sub_response(request)
        response["Content-Type"] = _media_type(request)
        return response

    async def process_result(self, request: HttpRequest, result: ExecutionResult) -> GraphQLHTTPResponse:
        response = await super().process_result(request, result)
        if never_began(result):
            del response["data"]
        return response

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: HttpResponse
    ) -> HttpResponseBase:
        response = super().create_response(response_data, sub_response)
        if response["Content-Type"] == GRAPHQL_RESPONSE and "data" not in response_data:
            response.status_code = 400
        return response

    def encode_json(self, data: object) -> bytes:
        return msgspec.json.encode(data)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's
    """For what Django refuses, before a view is called too: a foreign host, a session that has just ended."""
    return _refused(request, 400, "This request is not served.")


def server_error(request: HttpRequest) -> HttpResponse:
    """For what is raised, around a view too: a session that cannot be stored."""
    error = sys.exception()
    assert isinstance(error, Exception), "it is being handled"
    return _answer(request, 500, present(GraphQLError("", original_error=error), _language(request)))


async def healthz(_: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


async def readyz(_: HttpRequest) -> HttpResponse:
    """This process can serve: it reaches its database, and has not been told to stop."""
    if draining.has_begun():
        return JsonResponse({"status": "stopping"}, status=503)
    try:
        await database.run(_reach_database)
    except (DatabaseError, RateLimited):
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


def _reach_database() -> None:
    database_connection.ensure_connection()  # of the thread that does it: the loop's own is nobody's to give back


async def _receive_files(request: HttpRequest) -> None:
    """Read a multipart body, before anybody asks for a part of it; off the loop, for it is long."""
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():  # Django would find nothing in it
        raise HTTPException(411, "A multipart request says its length.")
    if int(length) > bodies.max_bytes(MULTIPART):
        detail = plural("At most {n} byte.", "At most {n} bytes.", settings.UPLOAD_MAX_BYTES)
        raise HTTPException(413, languages.say(detail, _language(request)))
    try:
        await asyncio.to_thread(lambda: request.FILES)
    except MultiPartParserError as error:
        raise HTTPException(400, "This is no multipart request.") from error
    except TooManyFilesSent as error:
        raise HTTPException(400, f"A request has at most {settings.UPLOAD_MAX_FILES} file.") from error


def _accept_language(request: HttpRequest) -> str:
    return request.headers.get("Accept-Language", "")


def _language(request: HttpRequest) -> str:
    """What to tell people in whom nobody has looked up."""
    return languages.preferred(_accept_language(request))


def _media_type(request: HttpRequest) -> str:
    """Of the two that we speak the one that is asked for; plain JSON for whoever does not care."""
    asked = (f"{each.main_type}/{each.sub_type}" for each in request.accepted_types)  # the most wanted first
    return next((each for each in asked if each in (JSON, GRAPHQL_RESPONSE)), JSON)


def _refused(request: HttpRequest, status: int, detail: str, *, code: str | None = None) -> HttpResponse:
    code = code or ("FORBIDDEN" if status == 403 else "BAD_REQUEST")
    return _answer(request, status, GraphQLError(detail, extensions={"code": code}))


def _answer(request: HttpRequest, status: int, error: GraphQLError) -> HttpResponse:
    return JsonResponse({"errors": [error.formatted]}, status=status, content_type=_media_type(request))
