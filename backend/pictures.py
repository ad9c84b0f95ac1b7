"""Pictures that somebody sent: told by their content, bounded before they are decoded, and made anew.

What comes out was encoded here. Nothing of the file is in it but what is seen: no metadata (where and when it was
taken), and no second meaning for a browser to find.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import IO, NamedTuple

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from backend import uploads
from backend.errors import Invalid
from backend.languages import plural, text

logger = logging.getLogger(__name__)

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# What each of them begins with. Of a WebP the length comes in between: other files begin with RIFF too.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
# Pillow's own bound is one for the process, and it warns below it: the named one is looked at in `_open`. Some formats
# take the memory for a whole picture when they are opened, which this keeps from them.
Image.MAX_IMAGE_PIXELS = settings.PICTURE_MAX_PIXELS
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def squares(file: IO[bytes], sizes: Sequence[int]) -> Mapping[int, bytes]:
    """The middle of a picture in WebP, by the length of its sides; of what moves, the first frame.

    Raises `Invalid` for `file`.
    """
    content = uploads.read(file)
    with _decoding():
        square = _square(_open(content), max(sizes))
        return {size: _encode(square, size) for size in sizes}


class Whole(NamedTuple):
    """A picture in WebP."""

    content: bytes
    width: int
    height: int


def whole(content: bytes, *, px: int) -> Whole:
    """All of a picture, made smaller if a side has more than `px`; of what moves, the first frame.

    Raises `Invalid` for `file`.
    """
    with _decoding():
        picture = _open(content)
        picture.draft(None, (px, px))  # a JPEG can be decoded at a fraction of its size
        shown = _upright(picture)
        shown.thumbnail((px, px), Image.Resampling.LANCZOS)
        return Whole(_webp(shown), shown.width, shown.height)


def is_one(content: bytes) -> bool:
    """Whether it begins as the pictures do that are taken here, whatever comes of it."""
    return content.startswith(_BEGINNINGS) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP")


@contextmanager
def _decoding() -> Iterator[None]:
    """What a decoder raises for a broken file can be anything: it is `Invalid`."""
    try:
        yield
    except Invalid:
        raise
    except Exception as error:
        logger.debug("a picture could not be read", exc_info=True)
        raise Invalid.field("file", "MALFORMED", text("This picture is broken.")) from error


def _open(content: bytes) -> Image.Image:
    """Its head alone is read."""
    try:
        picture = Image.open(BytesIO(content), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise Invalid.field("file", "UNSUPPORTED", text("A JPEG, PNG, WebP or GIF picture.")) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    if picture.width * picture.height > settings.PICTURE_MAX_PIXELS:
        raise _too_large()
    return picture


def _too_large() -> Invalid:
    most = settings.PICTURE_MAX_PIXELS
    detail = plural("At most {n} pixel: make it smaller.", "At most {n} pixels: make it smaller.", most)
    return Invalid.field("file", "TOO_LONG", detail)


def _square(picture: Image.Image, size: int) -> Image.Image:
    """Decoded, upright, and cut around its middle."""
    picture.draft(None, (2 * size, 2 * size))  # a JPEG can be decoded at a fraction of its size
    return ImageOps.fit(_upright(picture), (size, size))


def _upright(picture: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(picture)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _encode(square: Image.Image, size: int) -> bytes:
    shown = square if square.width == size else square.resize((size, size), Image.Resampling.LANCZOS)
    return _webp(shown)


def _webp(shown: Image.Image) -> bytes:
    encoded = BytesIO()
    shown.save(encoded, "WEBP", quality=80)
    return encoded.getvalue()
