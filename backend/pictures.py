"""Pictures that somebody sent: told by their content, bounded before they are decoded, and made anew.

What comes out was encoded here. Nothing of the file is in it but what is seen: no metadata (where and when it was
taken), and no second meaning for a browser to find.
"""

import logging
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import IO

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from backend.errors import Invalid
from backend.languages import plural, text

logger = logging.getLogger(__name__)

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Pillow's own bound is one for the process, and it warns below it: the named one is looked at in `_open`. Some formats
# take the memory for a whole picture when they are opened, which this keeps from them.
Image.MAX_IMAGE_PIXELS = settings.PICTURE_MAX_PIXELS
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def squares(file: IO[bytes], sizes: Sequence[int]) -> Mapping[int, bytes]:
    """The middle of a picture in WebP, by the length of its sides; of what moves, the first frame.

    Raises `Invalid` for `file`.
    """
    content = file.read(settings.UPLOAD_MAX_BYTES + 1)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise Invalid.field(
            "file", "TOO_LONG", plural("At most {n} byte.", "At most {n} bytes.", settings.UPLOAD_MAX_BYTES)
        )
    try:
        square = _square(_open(content), max(sizes))
        return {size: _encode(square, size) for size in sizes}
    except Invalid:
        raise
    except Exception as error:  # what a decoder raises for a broken file can be anything
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
    upright = ImageOps.exif_transpose(picture)
    colours = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    return ImageOps.fit(colours, (size, size))


def _encode(square: Image.Image, size: int) -> bytes:
    shown = square if square.width == size else square.resize((size, size), Image.Resampling.LANCZOS)
    encoded = BytesIO()
    shown.save(encoded, "WEBP", quality=80)
    return encoded.getvalue()
