"""Pictures over HTTP: made here, under names that never mean anything else."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from backend.accounts import avatars


@require_safe
def avatar(_: HttpRequest, name: str) -> HttpResponse:
    """The picture of this name. Synchronous: Django gives each request a thread, and a disk takes its time."""
    content = avatars.read(name)
    if content is None:
        return HttpResponse("No such picture.\n", status=404, content_type="text/plain")
    response = HttpResponse(content, content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    return response
