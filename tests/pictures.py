"""Pictures to test with, and what is seen in one that came back."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

Colour = tuple[int, int, int]
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def picture(
    format: str = "PNG", *, size: tuple[int, int] = (60, 40), mode: str = "RGB", colour: Any = RED, **save: Any
) -> bytes:
    """Of one colour."""
    return encoded(Image.new(mode, size, colour), format, **save)


def encoded(image: Image.Image, format: str, **save: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, **save)
    return file.getvalue()


def parts(colours: Mapping[tuple[int, int, int, int], Colour], *, size: tuple[int, int]) -> Image.Image:
    """A picture of boxes (left, top, right, bottom)."""
    image = Image.new("RGB", size)
    for box, colour in colours.items():
        image.paste(colour, box)
    return image


def decoded(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content), formats=["WEBP"])
    image.load()
    return image


def is_like(image: Image.Image, at: tuple[int, int], colour: Colour) -> bool:
    """Whether this is the colour there, or nearly: a picture loses a little by being encoded."""
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 60 for one, other in zip(found, colour, strict=True))
