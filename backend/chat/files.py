"""What an attachment may be: a picture, made anew, or a file of a known kind, kept as it is. And where it is kept."""

import re
import unicodedata
from collections.abc import Mapping
from typing import IO, NamedTuple

import msgspec
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from backend import pictures, uploads
from backend.errors import Invalid
from backend.folding import ZERO_WIDTH_NON_JOINER
from backend.languages import text

# The folder, and the path under which they are served.
PATH = "attachments/"


class Kind(NamedTuple):
    """The type that a file is served as, and what it begins with (at a place of its own); a text begins anyhow."""

    media_type: str
    beginnings: tuple[bytes, ...] = ()
    at: int = 0


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_MPEG_4 = (b"ftyp",)

# By the end of a file's name. Nothing that a browser, or an operating system, runs when it is opened.
KINDS: Mapping[str, Kind] = {
    "txt": Kind("text/plain"),
    "md": Kind("text/markdown"),
    "csv": Kind("text/csv"),
    "pdf": Kind("application/pdf", (b"%PDF-",)),
    "zip": Kind("application/zip", _ZIP),
    "docx": Kind(f"{_OFFICE}wordprocessingml.document", _ZIP),
    "xlsx": Kind(f"{_OFFICE}spreadsheetml.sheet", _ZIP),
    "pptx": Kind(f"{_OFFICE}presentationml.presentation", _ZIP),
    "odt": Kind(f"{_OPEN}text", _ZIP),
    "ods": Kind(f"{_OPEN}spreadsheet", _ZIP),
    "odp": Kind(f"{_OPEN}presentation", _ZIP),
    "mp3": Kind("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "ogg": Kind("audio/ogg", (b"OggS",)),
    "m4a": Kind("audio/mp4", _MPEG_4, at=4),
    "mp4": Kind("video/mp4", _MPEG_4, at=4),
    "webm": Kind("video/webm", (b"\x1a\x45\xdf\xa3",)),
}


class Checked(msgspec.Struct, frozen=True):
    """What is kept of a file that somebody sent; `width` and `height` are those of a picture."""

    content: bytes
    name: str
    media_type: str
    width: int | None = None
    height: int | None = None


def check(file: IO[bytes], name: str) -> Checked:
    """A picture is told by its content, and made anew; else the name says what it is, and the content has to agree.

    Raises `Invalid` for `file`.
    """
    content = uploads.read(file)
    stem, suffix = _cleaned(name)
    if pictures.is_one(content):
        whole = pictures.whole(content, px=settings.ATTACHMENT_MAX_PX)
        return Checked(whole.content, _named(stem, "webp"), "image/webp", whole.width, whole.height)
    kind = KINDS.get(suffix)
    if kind is None:
        ends = ", ".join(KINDS)
        detail = text("A picture (JPEG, PNG, WebP, GIF), or a file whose name ends in one of: {ends}.", ends=ends)
        raise Invalid.field("file", "UNSUPPORTED", detail)
    if not (content.startswith(kind.beginnings, kind.at) if kind.beginnings else _is_text(content)):
        raise Invalid.field(
            "file", "MALFORMED", text("This is no {suffix} file, whatever its name says.", suffix=suffix)
        )
    return Checked(content, _named(stem, suffix), kind.media_type)


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def _cleaned(name: str) -> tuple[str, str]:
    """The last part of a path without what cannot be seen, as it begins and as it ends, the latter in lower case."""
    # Normalizing takes time that grows with the square of the length; what ends a name is short.
    last = re.split(r"[/\\]", name)[-1][-2 * settings.ATTACHMENT_NAME_MAX_LENGTH :]
    seen = "".join(filter(_may_stay, unicodedata.normalize("NFC", last)))
    stem, dot, suffix = seen.rpartition(".")
    return (stem.strip(". "), suffix.strip().lower()) if dot else (seen.strip(), "")


def _may_stay(character: str) -> bool:
    """No control characters, halves of others, and what turns the direction of writing, and so an end into a middle."""
    # Persian writers put the joiner between parts of a word, emoji are made with the other one.
    joins = character in (ZERO_WIDTH_NON_JOINER, "\N{ZERO WIDTH JOINER}")
    return joins or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _named(stem: str, suffix: str) -> str:
    room = settings.ATTACHMENT_NAME_MAX_LENGTH - len(suffix) - 1
    return f"{stem[:room].strip(' .') or 'file'}.{suffix}"


def store(key: str, content: bytes) -> None:
    default_storage.save(PATH + key, ContentFile(content))


def opened(key: str) -> IO[bytes]:
    """Raises `FileNotFoundError`."""
    return default_storage.open(PATH + key)


def delete(key: str) -> bool:
    """Whether it is gone. Never fails."""
    return uploads.delete(PATH + key)
