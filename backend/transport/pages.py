"""The pages of the front end's build: the chat, at every address that is nobody else's, and the explorer."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token


def chat(request: HttpRequest) -> HttpResponse:
    """Which screen it is, the page itself knows by the address. The first address answers whatever looks whether
    anybody is there, too.
    """
    if not (_is_read(request) if request.path == "/" else is_a_visit(request)):
        raise Http404
    return _page(request, "index.html")


def explorer(request: HttpRequest) -> HttpResponse:
    """GraphiQL."""
    return _page(request, "explorer.html")


def is_a_visit(request: HttpRequest) -> bool:
    """A person has come with a browser, or wants to know whether they could."""
    return _is_read(request) and "text/html" in request.headers.get("Accept", "")


def _is_read(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD")


def _page(request: HttpRequest, name: str) -> HttpResponse:
    try:
        page = (settings.FRONTEND_DIST / name).read_bytes()
    except FileNotFoundError:
        return HttpResponse("The web client is not built: run `make run`.", status=503, content_type="text/plain")
    get_token(request)  # sets the cookie that the page sends back as X-CSRFToken
    response = HttpResponse(page)
    response["Cache-Control"] = "no-cache"  # it names hashed files
    return response
