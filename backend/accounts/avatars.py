"""Avatars: the pictures of people, in files with names that say nothing and are never used again."""

import re
import secrets
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from backend import pictures, uploads
from backend.accounts.models import User
from backend.errors import Invalid
from backend.languages import text

# Pixels of a side.
SIZES = (48, 96, 256)
# The path under which they are served.
PATH = "avatars/"
_FILE = re.compile(rf"[0-9a-f]{{32}}\.(?:{'|'.join(map(str, SIZES))})\.webp")


def store(file: IO[bytes]) -> str:
    """Make an avatar of a picture; what it is stored under. Raises `Invalid` for `file`."""
    avatar = secrets.token_hex(16)
    try:
        for size, content in pictures.squares(file, SIZES).items():
            default_storage.save(_path(avatar, size), ContentFile(content))
    except Exception:
        delete(avatar)
        raise
    return avatar


def delete(avatar: str) -> None:
    """Its files, as far as there are any. Never fails."""
    for size in SIZES:
        uploads.delete(_path(avatar, size))


def replace(*, user_id: int, avatar: str) -> None:
    """Give somebody this avatar, or none; the files of the one before go when that is committed.

    In a transaction that holds the account (`users.hold`): of two at once, each knows which one it replaces.
    """
    user = User.objects.get(pk=user_id)
    before, user.avatar = user.avatar, avatar
    user.save(update_fields=["avatar"])
    if before:
        transaction.on_commit(lambda: delete(before), robust=True)


def url(avatar: str, px: int) -> str | None:
    """Where the smallest that has `px` pixels is, else the largest. Raises `Invalid` for no sensible `px`."""
    if not 1 <= px <= settings.AVATAR_MAX_PX:
        raise Invalid.field("px", "UNSUPPORTED", text("From 1 to {most}.", most=settings.AVATAR_MAX_PX))
    if not avatar:
        return None
    size = next((each for each in SIZES if each >= px), SIZES[-1])
    return f"{settings.PUBLIC_URL}/{PATH}{_name(avatar, size)}"


def read(name: str) -> bytes | None:
    """The picture of this name in a URL; None if there is none."""
    if not _FILE.fullmatch(name):  # and so it cannot lead to another folder
        return None
    try:
        with default_storage.open(PATH + name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def _path(avatar: str, size: int) -> str:
    return PATH + _name(avatar, size)


def _name(avatar: str, size: int) -> str:
    return f"{avatar}.{size}.webp"
