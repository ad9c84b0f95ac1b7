"""How long the body of a request may be: by its type, because of those we serve only an upload is ever long."""

from django.conf import settings

JSON = "application/json"
MULTIPART = "multipart/form-data"


def is_multipart(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == MULTIPART


def max_bytes(content_type: str) -> int:
    if is_multipart(content_type):
        return settings.UPLOAD_MAX_BYTES + settings.REQUEST_MAX_BYTES
    return settings.REQUEST_MAX_BYTES
