"""The administrators' log-in, and the language of what they see."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from backend.accounts import staff_language
from backend.accounts.models import LogIn, User
from backend.limits import Rate
from tests.accounts.people import PASSWORD, person

pytestmark = pytest.mark.django_db


def _try(client: Client, password: str, name: str = "Ana") -> bool:
    """Whether it let them in."""
    return client.post("/admin/login/", {"username": name, "password": password}).status_code == 302


def test_staff_are_let_in_and_nobody_else(client: Client) -> None:
    person("Ana", is_staff=True, password=PASSWORD)
    person("Babak", password=PASSWORD)
    assert not _try(client, "a guess")
    assert not _try(client, PASSWORD, "Babak")
    assert _try(client, PASSWORD)


def test_guessing_is_limited_by_where_it_comes_from(client: Client, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(burst=3, per_second=0.001)}
    person("Ana", is_staff=True, password=PASSWORD)
    for guess in ("one", "two", "three"):
        assert not _try(client, guess)
    assert not _try(client, PASSWORD), "it is not even tried"
    assert _try(Client(REMOTE_ADDR="192.0.2.9"), PASSWORD)


def test_who_tried_and_what_came_of_it_is_noted(client: Client) -> None:
    ana = person("Ana", is_staff=True, password=PASSWORD)
    babak = person("Babak", password=PASSWORD)
    for name, password in (("ANA", PASSWORD), ("Ana", "a guess"), ("Babak", PASSWORD), ("Nobody", PASSWORD), ("", "")):
        _try(client, password, name)
    told = LogIn.objects.order_by("pk").values_list("user", "name", "origin", "way", "succeeded")
    assert list(told) == [
        (ana.pk, "", "127.0.0.1", "panel", True),
        (ana.pk, "", "127.0.0.1", "panel", False),
        (babak.pk, "", "127.0.0.1", "panel", False),
        (None, "nobody", "127.0.0.1", "panel", False),
    ]
    assert User.objects.get(pk=ana.pk).last_login is not None
    assert User.objects.get(pk=babak.pk).last_login is None


def _change(client: Client, old: str, new: str = "eight glasses of tea") -> str:
    """The page that comes after it."""
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/admin/password_change/", form, follow=True).content.decode()


def test_staff_change_their_own_password_and_stay_logged_in(client: Client) -> None:
    ana = person("Ana", is_staff=True, password=PASSWORD)
    client.force_login(ana)
    elsewhere = Client()
    elsewhere.force_login(ana)
    assert "Your password was changed." in _change(client, PASSWORD)
    assert client.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302, "other sessions have ended"
    assert User.objects.get(pk=ana.pk).credentials_epoch == ana.credentials_epoch + 1
    assert _try(Client(), "eight glasses of tea")


def test_guessing_one_s_own_password_is_limited_there_too(client: Client, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(burst=2, per_second=0.001)}
    client.force_login(person("Ana", is_staff=True, password=PASSWORD))
    for guess in ("one", "two"):
        assert "The current password is wrong." in _change(client, guess)
    assert "Too often." in _change(client, PASSWORD), "it is not even tried"


def test_a_new_password_has_to_be_good_there_too(client: Client) -> None:
    client.force_login(person("Ana", is_staff=True, password=PASSWORD))
    assert "too common" in _change(client, PASSWORD, "12345678")
    assert "At most 256 characters." in _change(client, PASSWORD, "a long one" * 30)


# How a page begins, and its way in or out.
LOG_IN = {
    "en": ('<html lang="en" dir="ltr">', "Log in"),
    "fa": ('<html lang="fa" dir="rtl">', "ورود"),
    "ru": ('<html lang="ru" dir="ltr">', "Войти"),
    "ka": ('<html lang="ka" dir="ltr">', "შესვლა"),
}
LOG_OUT = {"en": "Log out", "fa": "خروج", "ru": "Выйти", "ka": "გამოსვლა"}


@pytest.mark.parametrize("language", LOG_IN)
def test_who_is_not_logged_in_is_asked_to_in_the_language_that_their_browser_asks_for(
    client: Client, language: str
) -> None:
    page = client.get("/admin/login/", headers={"Accept-Language": f"{language}, de;q=0.5"}).content.decode()
    assert [part in page for part in LOG_IN[language]] == [True, True]


@pytest.mark.parametrize("language", LOG_OUT)
def test_staff_see_the_admin_in_the_language_that_they_chose(client: Client, language: str) -> None:
    client.force_login(_speaker(language))
    page = client.get("/admin/", headers={"Accept-Language": "ru" if language != "ru" else "ka"}).content.decode()
    assert LOG_OUT[language] in page
    assert translation.get_language() == "en", "nobody else does"


async def test_staff_see_it_so_on_a_server_too() -> None:
    """Which is asynchronous: there the request passes through other code."""

    async def page(_: HttpRequest) -> HttpResponse:
        return HttpResponse(translation.get_language())

    request = RequestFactory().get("/admin/")
    request.user = User(locale="ka")
    assert (await staff_language.speak(page)(request)).content == b"ka"
    assert translation.get_language() == "en"


def test_a_limit_is_told_in_that_language_too(client: Client, settings: Settings) -> None:
    settings.RATES = {**settings.RATES, "log in": Rate(burst=1, per_second=0.001)}
    headers = {"Accept-Language": "ru"}
    for _ in range(2):
        response = client.post("/admin/login/", {"username": "Ana", "password": "a guess"}, headers=headers)
    assert "Слишком часто. Попробуйте чуть позже." in response.content.decode()


def test_other_pages_look_nobody_up(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client.force_login(person("Ana"))
    with django_assert_num_queries(0):
        client.get("/healthz", headers={"Accept-Language": "ka"})


def _speaker(language: str) -> User:
    user = person("Ana", is_staff=True)
    user.locale = language
    user.save()
    return user
