"""Files in mutations: what came in the place of one, and who may send any."""

from backend.errors import Invalid
from backend.languages import text
from chat_schema.context import Context
from chat_schema.scalars import File


def sent_file(context: Context, given: object, *, mutation: str) -> File:
    """The file that came for `file`. Raises `Invalid`, which says how to send one."""
    if context.request is None:
        detail = text("{mutation} works over HTTP only: POST the file in a multipart request.", mutation=mutation)
        raise Invalid(detail=detail)
    if not isinstance(given, File):
        raise Invalid.field("file", "MALFORMED", text("Send it as a file of a multipart request."))
    return given
