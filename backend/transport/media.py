"""Files over HTTP: pictures of people for everybody, attachments for the members of their room."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO

from cross_web import HTTPException
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from backend import database, languages
from backend.accounts import avatars
from backend.accounts.credentials import Viewer
from backend.chat import attachments, facts
from backend.errors import RateLimited, Unauthenticated
from backend.languages import Text, text
from backend.transport import connection, identity
from chat_schema.context import Context

_CHUNK = 64 * 1024


@require_safe
def avatar(request: HttpRequest, name: str) -> HttpResponse:
    """The picture of this name. Synchronous: Django gives each request a thread, and a disk takes its time."""
    content = avatars.read(name)
    if content is None:
        return _refused(404, _said(request, text("No such picture.")))
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


@require_safe
async def attachment(request: HttpRequest, key: str) -> HttpResponseBase:
    """The file under this key. To whoever may not have it there is none."""
    viewer = None
    try:
        viewer = await identity.of_request(request)
        found = await database.run(attachments.open_attachment, reader=viewer, key=key)
    except HTTPException as error:
        return _refused(error.status_code, error.reason)
    except (connection.Rejected, Unauthenticated):
        response = _refused(401, _said(request, text("Log in first.")))
        response["WWW-Authenticate"] = "Bearer"
        return response
    except RateLimited as error:
        return _refused(503, await _said_to(viewer, request, error.detail))
    if found is None:
        return _refused(404, await _said_to(viewer, request, text("No such file.")))
    return _download(found.attachment, found.file)


def _download(attachment: facts.Attachment, file: IO[bytes]) -> HttpResponseBase:
    """It runs nowhere: it is saved, but for pictures, which were made here, and has no powers where it is opened."""
    media_type = attachment.media_type
    response = StreamingHttpResponse(
        _chunks(file), content_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    )
    response["Content-Length"] = str(attachment.size)
    is_picture = attachment.width is not None
    response["Content-Disposition"] = content_disposition_header(not is_picture, attachment.name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    # For a day: who has had it does not ask again, and what is deleted leaves their cache at some time. On one device
    # there may be several people: what one of them had is nothing to the next.
    response["Cache-Control"] = "private, max-age=86400, immutable"
    patch_vary_headers(response, ("Cookie", "Authorization"))
    return response


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


async def _said_to(viewer: Viewer | None, request: HttpRequest, what: Text) -> str:
    """In the language that they have chosen, as everywhere; `_said` is for those whom nobody knows."""
    context = Context(reader=viewer, origin="", accept_language=_accept_language(request))
    return await context.say(what)


def _said(request: HttpRequest, what: Text) -> str:
    return languages.say(what, languages.preferred(_accept_language(request)))


def _accept_language(request: HttpRequest) -> str:
    return request.headers.get("Accept-Language", "")


def _refused(status: int, detail: str) -> HttpResponse:
    response = HttpResponse(f"{detail}\n", status=status, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response
