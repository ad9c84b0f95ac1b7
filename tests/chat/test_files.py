"""What an attachment may be: told by its content and its name together, and called by a name that hides nothing."""

from io import BytesIO

import pytest
from django.conf import settings

from backend.chat import files
from backend.chat.files import Checked
from backend.errors import Invalid
from tests.pictures import decoded, picture

ZIP = b"PK\x03\x04 and more"
MP4 = b"\0\0\0\x18ftypmp42"


def check(content: bytes, name: str) -> Checked:
    return files.check(BytesIO(content), name)


def refused(content: bytes, name: str) -> str:
    with pytest.raises(Invalid) as caught:
        check(content, name)
    [error] = caught.value.fields
    assert error.path == ("file",)
    return error.code


# --- Kinds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("name", ["tea.jpg", "tea.html", "tea", "tea.pdf"])
def test_a_picture_is_one_whatever_its_name_and_is_called_what_it_has_become(format: str, name: str) -> None:
    found = check(picture(format), name)
    assert (found.name, found.media_type, found.width, found.height) == ("tea.webp", "image/webp", 60, 40)
    assert decoded(found.content).size == (60, 40)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("tea.txt", "چای\n".encode(), "text/plain"),
        ("tea.txt", b"", "text/plain"),
        ("tea.txt", b"<script></script>", "text/plain"),
        ("tea.MD", b"# Tea", "text/markdown"),
        ("tea.csv", b"a,b", "text/csv"),
        ("tea.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("tea.zip", ZIP, "application/zip"),
        ("tea.docx", ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("tea.ods", ZIP, "application/vnd.oasis.opendocument.spreadsheet"),
        ("tea.mp3", b"ID3 ...", "audio/mpeg"),
        ("tea.ogg", b"OggS ...", "audio/ogg"),
        ("tea.m4a", MP4, "audio/mp4"),
        ("tea.mp4", MP4, "video/mp4"),
        ("tea.webm", b"\x1a\x45\xdf\xa3 ...", "video/webm"),
    ],
)
def test_a_file_of_a_kind_that_is_taken_stays_as_it_is(name: str, content: bytes, media_type: str) -> None:
    found = check(content, name)
    assert found == Checked(content=content, name=name.lower(), media_type=media_type)


@pytest.mark.parametrize(
    "name",
    [
        *("", "tea", "txt", "tea.", "tea.exe", "tea.html", "tea.htm", "tea.svg", "tea.js", "tea.xml", "tea.bat"),
        *("tea.png", "tea.txt.exe", "tea.txt/tea.exe", "tea.txt\0.exe", "tea.\N{RIGHT-TO-LEFT OVERRIDE}txt.exe"),
    ],
)
def test_a_file_of_another_kind_is_refused(name: str) -> None:
    assert refused(b"tea", name) == "UNSUPPORTED"


@pytest.mark.parametrize("suffix", sorted(files.KINDS))
def test_a_file_that_is_not_what_its_name_says_is_refused(suffix: str) -> None:
    assert refused(b"MZ\0\xff an executable", f"tea.{suffix}") == "MALFORMED"


@pytest.mark.parametrize("content", [b"a\0b", "چای".encode("utf-16"), b"\xff"])
def test_a_text_is_utf_8(content: bytes) -> None:
    assert refused(content, "tea.txt") == "MALFORMED"


@pytest.mark.parametrize("content", [b"GIF89a is a text", picture("PNG")[:40]])
def test_what_begins_like_a_picture_has_to_be_one(content: bytes) -> None:
    assert refused(content, "tea.txt") in ("MALFORMED", "UNSUPPORTED")


@pytest.mark.parametrize("name", ["tea.txt", "tea.png", "tea.zip"])
def test_a_file_that_is_too_long_is_refused_whatever_it_is(name: str) -> None:
    assert refused(bytes(settings.UPLOAD_MAX_BYTES + 1), name) == "TOO_LONG"


# --- Names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("چای و قند.txt", "چای و قند.txt"),
        ("می‌روم.txt", "می‌روم.txt"),
        ("Чай 👨‍👩‍👧.TXT", "Чай 👨‍👩‍👧.txt"),
        ("ჩაი.tar.txt", "ჩაი.tar.txt"),
        ("cafe\N{COMBINING ACUTE ACCENT}.txt", "caf\N{LATIN SMALL LETTER E WITH ACUTE}.txt"),
        ('"quoted"; filename=x.txt', '"quoted"; filename=x.txt'),
        ("100%.txt", "100%.txt"),
        (" tea . txt ", "tea.txt"),
        (".txt", "file.txt"),
        ("..txt", "file.txt"),
        (".. .txt", "file.txt"),
        (".hidden.txt", "hidden.txt"),
        ("../../etc/tea.txt", "tea.txt"),
        ("C:\\tea\\tea.txt", "tea.txt"),
        ("/", ""),
        ("tea\r\nSet-Cookie: x.txt", "teaSet-Cookie: x.txt"),
        ("te\0a\x7f\N{LINE SEPARATOR}.txt", "tea.txt"),
        ("te\udc80a.txt", "tea.txt"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}gnp.txt", "gnp.txt"),
        ("te\N{ZERO WIDTH SPACE}a.txt", "tea.txt"),
        ("x" * 300 + ".txt", "x" * 96 + ".txt"),
        ("ж" * 5000 + ".txt", "ж" * 96 + ".txt"),
    ],
)
def test_a_name_is_the_last_part_of_a_path_without_what_cannot_be_seen(given: str, kept: str) -> None:
    if not kept:
        assert refused(b"tea", given) == "UNSUPPORTED"
        return
    assert check(b"tea", given).name == kept


@pytest.mark.parametrize("name", ["", ".", "..", "...", "/", "\0", "x" * 300, "." * 300, " .png"])
def test_every_picture_has_a_name(name: str) -> None:
    found = check(picture(), name).name
    assert found.endswith(".webp")
    assert len("." + found) > len("..webp")
    assert len(found) <= settings.ATTACHMENT_NAME_MAX_LENGTH
