"""What is said to people: in which language, with what filled in, and which of its forms."""

import pytest
from django.conf import settings
from django.utils import translation

from backend.accounts.users import Locale
from backend.errors import FieldError, Invalid
from backend.languages import joined, plural, preferred, say, text

ROOM = {
    "en": "No such room.",
    "fa": "چنین اتاقی وجود ندارد.",
    "ru": "Такой комнаты нет.",
    "ka": "ასეთი ოთახი არ არსებობს.",
}


def test_the_languages_of_the_server_are_those_that_people_can_choose() -> None:
    assert [*settings.LANGUAGES] == Locale.choices


@pytest.mark.parametrize("language", ROOM)
def test_a_text_is_said_in_the_language_that_is_asked_for(language: str) -> None:
    assert say(text("No such room."), language) == ROOM[language]


def test_saying_something_does_not_change_which_language_is_spoken() -> None:
    with translation.override("ka"):
        assert say(text("No such room."), "fa") == ROOM["fa"]
        assert str(text("No such room.")) == ROOM["ka"]


def test_what_nobody_has_translated_is_said_in_english() -> None:
    assert say(text("No such {thing}.", thing="samovar"), "ka") == "No such samovar."


def test_what_is_filled_in_is_not_looked_into() -> None:
    assert say(text("One of {locales}.", locales="{locales} %s"), "ru") == "Одно из: {locales} %s."


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "Не больше 1 символа."),
        (2, "Не больше 2 символов."),
        (5, "Не больше 5 символов."),
        (11, "Не больше 11 символов."),
        (21, "Не больше 21 символа."),
        (111, "Не больше 111 символов."),
    ],
)
def test_russian_has_a_form_for_what_ends_in_one(n: int, said: str) -> None:
    assert say(plural("At most {n} character.", "At most {n} characters.", n), "ru") == said


@pytest.mark.parametrize(("minutes", "said"), [(1, "1 минуту"), (3, "3 минуты"), (13, "13 минут"), (60, "60 минут")])
def test_russian_has_another_for_what_ends_in_two_to_four(minutes: int, said: str) -> None:
    one, many = (f"It is good for %(minutes)s {each}, and once." for each in ("minute", "minutes"))
    with translation.override("ru"):
        assert said in translation.ngettext(one, many, minutes) % {"minutes": minutes}


@pytest.mark.parametrize(("n", "said"), [(1, "At most 1 character."), (2, "At most 2 characters.")])
def test_english_has_two_forms(n: int, said: str) -> None:
    assert say(plural("At most {n} character.", "At most {n} characters.", n), "en") == said


def test_several_texts_are_said_in_one_language() -> None:
    both = joined(text("No such room."), plural("At most {n} word.", "At most {n} words.", 3))
    assert say(both, "ru") == "Такой комнаты нет. Не больше 3 слов."
    assert say(both, "en") == "No such room. At most 3 words."


def test_all_that_is_wrong_with_an_input_is_said_in_one_language() -> None:
    error = Invalid(FieldError(("title",), "REQUIRED", text("Give the room a title.")), FieldError.too_long("topic", 2))
    assert say(error.detail, "ru") == "Дайте комнате название. Не больше 2 символов."


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fa", "fa"),
        ("fa-IR,fa;q=0.9", "fa"),
        ("RU-ru", "ru"),
        ("de, ka;q=0.5", "ka"),
        ("ru;q=0.4, ka;q=0.6", "ka"),
        ("ka;q=0, ru;q=0.1", "ru"),
        ("ka;q=0", "en"),
        ("de, fr;q=0.5", "en"),
        ("*", "en"),
        ("tlh, *;q=0.1", "en"),
        ("en-GB, fa", "en"),
        ("no language at all", "en"),
        ("../../etc/passwd", "en"),
        ("fa," + "x" * 100_000, "fa"),
    ],
)
def test_a_header_asks_for_the_language_of_ours_that_it_wants_most(header: str, language: str) -> None:
    assert preferred(header) == language
