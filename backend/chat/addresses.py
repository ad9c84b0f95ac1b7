"""Addresses of rooms: what can be one, and the form to compare by."""

from django.conf import settings

from backend.errors import FieldError, Invalid
from backend.folding import Unseen, fold
from backend.languages import text


def check(address: str) -> str:
    """The folded form of an address that a room can have. Raises `Invalid`."""
    folded = fold_address(address)
    if folded in (".", ".."):  # a browser would resolve them away
        raise Invalid.field("address", "UNSUPPORTED", text("This address means another place."))
    return folded


def fold_address(address: str) -> str:
    """The form to look for, also of a part of an address. Raises `Invalid` for what cannot stand in one."""
    if len(address.strip()) > settings.ADDRESS_MAX_LENGTH:
        raise _too_long()
    try:
        folded = fold(address)
    except Unseen as error:
        detail = text("An address holds characters that can be seen, and no slash.")
        raise Invalid.field("address", "MALFORMED", detail) from error
    if not folded:
        raise Invalid.field("address", "REQUIRED", text("Type the address of a room."))
    if len(folded) > 4 * settings.ADDRESS_MAX_LENGTH:
        raise _too_long()
    return folded


def _too_long() -> Invalid:
    return Invalid(FieldError.too_long("address", settings.ADDRESS_MAX_LENGTH))
