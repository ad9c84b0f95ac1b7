"""Whatever is sent as a picture: a square of it comes out, with nothing else of the file, or a refusal."""

import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from PIL import ExifTags, Image, PngImagePlugin
from pytest_django import Settings

from backend import pictures
from backend.errors import Invalid
from tests.pictures import BLUE, GREEN, RED, decoded, encoded, is_like, parts, picture

SIZES = (48, 96, 256)


def squares(content: bytes) -> Mapping[int, bytes]:
    return pictures.squares(BytesIO(content), SIZES)


def refused(content: bytes) -> tuple[tuple[str, ...], str]:
    with pytest.raises(Invalid) as caught:
        squares(content)
    [error] = caught.value.fields
    return error.path, error.code


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "MPO"])
def test_a_picture_comes_out_as_squares_of_webp(format: str) -> None:
    found = squares(picture(format))
    assert tuple(found) == SIZES
    for size, content in found.items():
        image = decoded(content)
        assert image.size == (size, size)
        assert is_like(image, (size // 2, size // 2), RED)


@pytest.mark.parametrize(
    ("mode", "colour"), [("1", 1), ("L", 200), ("LA", (9, 9)), ("P", 7), ("RGBA", (9, 9, 9, 9)), ("I;16", 40_000)]
)
def test_a_png_may_keep_its_colours_in_any_way(mode: str, colour: Any) -> None:
    assert decoded(squares(picture(mode=mode, colour=colour))[48]).size == (48, 48)


def test_a_jpeg_for_print_is_taken_too() -> None:
    assert squares(picture("JPEG", mode="CMYK", colour=(0, 255, 255, 0)))


def test_what_can_be_seen_through_stays_so() -> None:
    image = decoded(squares(picture(mode="RGBA", colour=(255, 0, 0, 0)))[96])
    assert image.mode == "RGBA"
    assert image.getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("size", [(300, 100), (100, 300)])
def test_the_middle_is_shown(size: tuple[int, int]) -> None:
    image = parts({(0, 0, *size): RED, (100, 0, 200, 100): GREEN, (0, 100, 100, 200): GREEN}, size=size)
    found = decoded(squares(encoded(image, "PNG"))[96])
    assert all(is_like(found, at, GREEN) for at in ((4, 4), (91, 4), (4, 91), (91, 91)))


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_of_what_moves_the_first_frame_is_shown(format: str) -> None:
    frames = [Image.new("RGB", (50, 50), each) for each in (BLUE, RED)]
    moving = encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=100)
    found = decoded(squares(moving)[96])
    assert is_like(found, (48, 48), BLUE)
    assert not getattr(found, "is_animated", False)


# Where what was at the top left is, for whoever looks at it upright (EXIF 2.3, tag 274).
TURNED = {1: (8, 8), 2: (88, 8), 3: (88, 88), 4: (8, 88), 5: (8, 8), 6: (88, 8), 7: (88, 88), 8: (8, 88)}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_it_is_shown_upright(format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image = parts({(0, 0, 800, 800): RED, (0, 0, 400, 400): BLUE}, size=(800, 800))
    found = decoded(squares(encoded(image, format, exif=exif))[96])
    for at in set(TURNED.values()):
        assert is_like(found, at, BLUE if at == TURNED[orientation] else RED)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_what_it_says_beside_what_is_seen(format: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "goose"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "berries"
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "goose")
    more: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": info},
        "JPEG": {"comment": "goose"},
        "WEBP": {"xmp": b"<goose/>"},
    }
    content = picture(format, exif=exif, icc_profile=b"goose", **more[format])
    assert b"goose" in content
    for found in squares(content).values():
        assert b"goose" not in found
        assert b"berries" not in found
        assert not {b"EXIF", b"ICCP", b"XMP "} & {found[at : at + 4] for at in range(len(found))}
        assert not decoded(found).getexif()


def test_what_is_hidden_behind_a_picture_is_not_in_what_comes_out() -> None:
    for found in squares(picture("GIF") + b"<script>goose</script>").values():
        assert b"goose" not in found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script></script>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\0" * 1000,
        b"GIF",
        picture("BMP"),
        picture("TIFF"),
        picture("ICO"),
        picture("PPM"),
        picture("TGA"),
        picture("AVIF"),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_picture_that_we_take_is_told_by_its_content(content: bytes) -> None:
    assert refused(content) == (("file",), "UNSUPPORTED")


def noisy(format: str) -> bytes:
    """Not of one colour: a cut takes something away."""
    image = Image.effect_noise((200, 200), 90).convert("RGB")
    return encoded(image, format)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_ends_too_early_is_broken(format: str) -> None:
    content = noisy(format)
    for length in (len(content) // 3, len(content) // 2, len(content) * 3 // 4):
        assert refused(content[:length])[1] in ("MALFORMED", "UNSUPPORTED")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_whatever_becomes_of_its_bytes_it_is_a_picture_or_refused(format: str) -> None:
    content = noisy(format)
    for place in range(0, 600, 7):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        with suppress(Invalid):
            assert squares(bytes(broken)).keys() == set(SIZES)


# --- The whole of it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_whole_of_a_picture_keeps_its_size_up_to_a_bound(format: str) -> None:
    content = picture(format, size=(60, 40))
    assert pictures.is_one(content)
    for px, size in ((60, (60, 40)), (100, (60, 40)), (30, (30, 20)), (1, (1, 1))):
        whole = pictures.whole(content, px=px)
        assert (whole.width, whole.height) == decoded(whole.content).size == size
    assert is_like(decoded(pictures.whole(content, px=60).content), (30, 20), RED)


def test_a_long_strip_is_made_smaller_than_webp_can_be() -> None:
    whole = pictures.whole(picture(size=(20_000, 10)), px=2560)
    assert (whole.width, whole.height) == decoded(whole.content).size == (2560, 1)


@pytest.mark.parametrize("orientation", TURNED)
def test_the_whole_is_upright_and_says_nothing_else(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "goose"
    image = parts({(0, 0, 96, 96): RED, (0, 0, 48, 48): BLUE}, size=(96, 96))
    whole = pictures.whole(encoded(image, "JPEG", exif=exif, comment="goose", quality=95), px=96)
    assert b"goose" not in whole.content
    for at in set(TURNED.values()):
        assert is_like(decoded(whole.content), at, BLUE if at == TURNED[orientation] else RED)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_whole_that_is_broken_or_too_large_is_refused(format: str) -> None:
    content = noisy(format)
    with pytest.raises(Invalid) as broken:
        pictures.whole(content[: len(content) // 2], px=100)
    assert [each.code for each in broken.value.fields] == ["MALFORMED"]
    with pytest.raises(Invalid) as bombed:
        pictures.whole(bomb(LARGEST, 2 * LARGEST), px=100)
    assert [each.code for each in bombed.value.fields] == ["TOO_LONG"]


@pytest.mark.parametrize("content", [b"", b"GIF", b"RIFF\0\0\0\0WAVE", b"%PDF-1.7", picture("BMP"), picture("AVIF")])
def test_what_begins_otherwise_is_no_picture(content: bytes) -> None:
    assert not pictures.is_one(content)


# --- Bounds ---------------------------------------------------------------------------------------------------


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int, *, rows: int = 0) -> bytes:
    """A PNG that says that it is so large, whatever follows."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes(rows * (1 + (width + 7) // 8)), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


LARGEST = int(settings.PICTURE_MAX_PIXELS**0.5)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as in a server
@pytest.mark.parametrize("times", [1.01, 1.5, 3.0, 100.0])
def test_more_pixels_than_may_be_are_refused_before_they_are_decoded(times: float) -> None:
    """Its pixels are not even there: whoever decoded it would find it broken."""
    assert refused(bomb(LARGEST, int(LARGEST * times))) == (("file",), "TOO_LONG")


def test_as_many_pixels_as_may_be_are_shown() -> None:
    assert squares(bomb(LARGEST, LARGEST, rows=LARGEST))


def webp_that_says(side: int) -> bytes:
    """Lossless, with a head that lies."""
    bits = struct.pack("<I", (side - 1) | (side - 1) << 14)
    chunk = b"VP8L" + struct.pack("<I", 6) + b"\x2f" + bits + b"\0"
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def gif_that_says(side: int) -> bytes:
    content = bytearray(picture("GIF"))
    content[6:10] = struct.pack("<HH", side, side)
    return bytes(content)


def jpeg_that_says(side: int) -> bytes:
    content = bytearray(picture("JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", side, side)
    return bytes(content)


@pytest.mark.parametrize("says", [webp_that_says, gif_that_says, jpeg_that_says])
def test_the_other_kinds_are_refused_as_early(says: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_square", lambda *_: pytest.fail("it was decoded"))
    assert refused(says(16_000)) == (("file",), "TOO_LONG")


def test_a_text_that_unpacks_to_gigabytes_is_refused() -> None:
    text = b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)
    content = picture()
    assert refused(content[:33] + _chunk(b"zTXt", text) + content[33:])[1] in ("MALFORMED", "UNSUPPORTED")


def test_a_file_that_is_too_long_is_refused_unread(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    content = noisy("PNG")
    settings.UPLOAD_MAX_BYTES = len(content)
    assert squares(content)
    settings.UPLOAD_MAX_BYTES = len(content) - 1
    monkeypatch.setattr(pictures, "_open", lambda *_: pytest.fail("it was opened"))
    assert refused(content) == (("file",), "TOO_LONG")
