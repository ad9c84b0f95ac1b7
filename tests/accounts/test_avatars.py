"""Avatars as files: under names that say nothing, and gone when nobody has them any more."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from pytest_django import Settings

from backend.accounts import avatars
from backend.errors import Invalid
from tests.accounts.people import person
from tests.pictures import decoded, picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def files(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*") if path.is_file()}


def store() -> str:
    return avatars.store(BytesIO(picture()))


def test_it_is_stored_in_every_size_under_a_name_that_is_never_the_same(media: Path) -> None:
    first, second = store(), store()
    assert first != second
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert files(media) == {f"{name}.{size}.webp" for name in (first, second) for size in (48, 96, 256)}
    for size in avatars.SIZES:
        content = avatars.read(f"{first}.{size}.webp")
        assert content
        assert decoded(content).size == (size, size)


@pytest.mark.parametrize("content", [b"", b"salam", picture()[:-30], picture("BMP")])
def test_what_is_no_picture_leaves_nothing(content: bytes, media: Path) -> None:
    with pytest.raises(Invalid):
        avatars.store(BytesIO(content))
    assert files(media) == set()


def test_a_disk_that_is_full_leaves_nothing(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save = FileSystemStorage.save

    def fail(self: FileSystemStorage, name: str, content: object, max_length: int | None = None) -> str:
        if ".256." in name:
            raise OSError("no space left on device")
        return save(self, name, content, max_length)  # type: ignore[arg-type]  # it is Django's

    monkeypatch.setattr(FileSystemStorage, "save", fail)
    with pytest.raises(OSError, match="space"):
        store()
    assert files(media) == set()


def test_what_is_replaced_is_deleted_once_that_is_committed(media: Path) -> None:
    user = person("Ana")
    first, second = store(), store()
    avatars.replace(user_id=user.pk, avatar=first)
    with transaction.atomic():
        avatars.replace(user_id=user.pk, avatar=second)
        assert avatars.read(f"{first}.96.webp"), "it may still be rolled back"
    assert files(media) == {f"{second}.{size}.webp" for size in avatars.SIZES}
    avatars.replace(user_id=user.pk, avatar="")
    assert files(media) == set()


def test_what_is_rolled_back_deletes_nothing(media: Path) -> None:
    user = person("Ana")
    first = store()
    avatars.replace(user_id=user.pk, avatar=first)

    with transaction.atomic():
        avatars.replace(user_id=user.pk, avatar="")
        transaction.set_rollback(True)
    assert len(files(media)) == 3
    user.refresh_from_db()
    assert user.avatar == first


def test_a_file_that_cannot_be_deleted_fails_nobody(
    media: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    user = person("Ana")
    avatars.replace(user_id=user.pk, avatar=store())

    def fail(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(FileSystemStorage, "delete", fail)
    avatars.replace(user_id=user.pk, avatar="")
    user.refresh_from_db()
    assert user.avatar == ""
    assert "could not be deleted" in caplog.text


# --- Where they are -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("px", "size"), [(1, 48), (48, 48), (49, 96), (96, 96), (97, 256), (256, 256), (1024, 256)])
def test_the_url_is_that_of_the_smallest_that_is_large_enough(px: int, size: int, settings: Settings) -> None:
    assert avatars.url("a" * 32, px) == f"/avatars/{'a' * 32}.{size}.webp"
    settings.PUBLIC_URL = "https://chat.example.org"
    assert avatars.url("a" * 32, px) == f"https://chat.example.org/avatars/{'a' * 32}.{size}.webp"


@pytest.mark.parametrize("px", [0, -1, 1025, 2**31 - 1])
def test_a_size_that_makes_no_sense_is_refused_with_or_without_an_avatar(px: int) -> None:
    for avatar in ("", "a" * 32):
        with pytest.raises(Invalid) as refused:
            avatars.url(avatar, px)
        assert [each.path for each in refused.value.fields] == [("px",)]


def test_without_an_avatar_there_is_no_url() -> None:
    assert avatars.url("", 96) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "../secret_key",
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        f"{'a' * 32}.96.webp",
        f"{'a' * 32}.97.webp",
        f"{'a' * 31}/.96.webp",
        f"{'a' * 32}.96.webp\n",
        f"{'a' * 32}.96.webp\0",
        f"{'A' * 32}.96.webp",
        f"../avatars/{'a' * 32}.96.webp",
    ],
)
def test_no_other_name_is_read(name: str, media: Path) -> None:
    store()
    (media / "secret_key").write_text("secret")
    assert avatars.read(name) is None
