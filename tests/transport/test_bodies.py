"""How much of a body is kept: of what is no upload, never more than of any request."""

import pytest
from django.conf import settings

from backend.transport import bodies


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "text/plain", "multipart/mixed", "application/json; x=multipart/form-data"]
)
def test_a_request_has_the_bound_of_all_requests(content_type: str) -> None:
    assert bodies.max_bytes(content_type) == settings.REQUEST_MAX_BYTES


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=b", " Multipart/Form-Data ;boundary=b"]
)
def test_an_upload_has_room_for_its_file_beside_that(content_type: str) -> None:
    assert bodies.max_bytes(content_type) == settings.UPLOAD_MAX_BYTES + settings.REQUEST_MAX_BYTES
