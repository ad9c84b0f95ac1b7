"""The catalogs: complete, and what is noticed of one that is not."""

from pathlib import Path
from textwrap import dedent

import polib
import pytest
from django.core.management import CommandError, call_command

from backend.management import catalogs
from backend.management.catalogs import Said


def said(tmp_path: Path, source: str, name: str = "backend/chat/rooms.py") -> list[tuple[str, str]]:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text(dedent(source))
    return [(each.one, each.many) for each in catalogs.said(tmp_path)]


def catalog(language: str, *entries: polib.POEntry, said: list[Said]) -> polib.POFile:
    known = polib.POFile()
    known.extend(entries)
    return catalogs.written(language, said, known)


def test_all_that_is_said_is_in_the_catalogs_translated_and_compiled() -> None:
    """If this fails: run `make texts`, translate what it names, and run it again."""
    call_command("write_texts", check=True)


@pytest.mark.parametrize("suffix", [".po", ".mo"])
@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_a_catalog_that_has_drifted_is_noticed_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, suffix: str
) -> None:
    original = catalogs.path
    monkeypatch.setattr(catalogs, "path", lambda language: tmp_path / f"{language}.po")
    for each in catalogs.LANGUAGES:
        for kind in (".po", ".mo"):
            (tmp_path / f"{each}{kind}").write_bytes(original(each).with_suffix(kind).read_bytes())
    call_command("write_texts", check=True)
    drifted = tmp_path / f"{language}{suffix}"
    before = drifted.read_bytes()
    drifted.write_bytes(before + b"\n")
    with pytest.raises(CommandError, match=f"^{language}: not what the code says"):
        call_command("write_texts", check=True)
    assert drifted.read_bytes() == before + b"\n"
    call_command("write_texts")
    assert drifted.read_bytes() == before


def test_what_is_said_is_read_from_the_code_in_its_order(tmp_path: Path) -> None:
    source = """
        raise NotFound(text("No such room."))
        detail = plural("At most {n} word.", "At most {n} " "words.", settings.MOST)
        verbose_name = _("room")
        gettext_lazy("person"), ngettext("%d room", "%d rooms", 2)
        row.text("is something else"), context("too")
    """
    assert said(tmp_path, source) == [
        ("No such room.", ""),
        ("At most {n} word.", "At most {n} words."),
        ("room", ""),
        ("person", ""),
        ("%d room", "%d rooms"),
    ]


def test_what_is_said_is_read_from_templates_too(tmp_path: Path) -> None:
    source = """
        {% load i18n %}{% translate "Salaam!" %}{% if link %}
        {% blocktranslate %}A password for {{ username }}{% endblocktranslate %}{% endif %}
        {% blocktranslate count n=n %}{{ n }} minute{% plural %}{{ n }} minutes{% endblocktranslate %}
    """
    assert said(tmp_path, source, "backend/accounts/templates/accounts/mail.txt") == [
        ("Salaam!", ""),
        ("A password for %(username)s", ""),
        ("%(n)s minute", "%(n)s minutes"),
    ]


@pytest.mark.parametrize(
    "source", ['text(f"No such {thing}.")', "text(message)", 'plural("one", many, 2)', 'plural("one")', "text()"]
)
def test_what_cannot_be_read_without_running_it_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(CommandError, match=r"^backend/chat/rooms.py:2: "):
        said(tmp_path, f"\n{source}")


WORD = Said("At most {n} word.", "At most {n} words.", "backend/chat/search.py")
ROOM = Said("No such {thing}.", "", "backend/chat/rooms.py")


def words(*forms: str) -> polib.POEntry:
    return polib.POEntry(msgid=WORD.one, msgid_plural=WORD.many, msgstr_plural=dict(enumerate(forms)))


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (None, "not translated"),
        (polib.POEntry(msgid=ROOM.one, msgstr=""), "not translated"),
        (polib.POEntry(msgid=ROOM.one, msgstr="چنین {thing} نیست.", flags=["fuzzy"]), "not certain"),
        (polib.POEntry(msgid=ROOM.one, msgstr="چنین چیزی نیست."), "something else is filled in"),
        (polib.POEntry(msgid=ROOM.one, msgstr="چنین {چیز} نیست."), "something else is filled in"),
        (polib.POEntry(msgid=ROOM.one, msgstr="چنین {thing} نیست.", obsolete=True), "not translated"),
    ],
)
def test_a_translation_that_is_not_there_or_not_right_is_noticed(entry: polib.POEntry | None, wrong: str) -> None:
    made = catalog("fa", *([entry] if entry else []), said=[ROOM])
    assert catalogs.complaints(made) == [f"fa: {wrong}: 'No such {{thing}}.'"]


@pytest.mark.parametrize(
    ("forms", "wrong"),
    [
        (["Не больше {n} слова.", *["Не больше {n} слов."] * 3], None),
        (["Не больше {n} слова.", "Не больше {n} слов."], "not translated"),
        (["Не больше {n} слова.", "Не больше {n} слов.", "", ""], "not translated"),
        (["Не больше слова.", *["Не больше {n} слов."] * 3], "something else is filled in"),
    ],
)
def test_a_plural_has_all_forms_of_its_language_and_the_number_in_each(forms: list[str], wrong: str | None) -> None:
    expected = [f"ru: {wrong}: 'At most {{n}} word.'"] if wrong else []
    assert catalogs.complaints(catalog("ru", words(*forms), said=[WORD])) == expected


@pytest.mark.parametrize(
    ("one", "translated"), [("%d rooms", "комнаты"), ("%(n)s rooms", "%(m)s комнаты"), ("%s rooms", "%d комнаты")]
)
def test_what_is_filled_in_by_percent_is_compared_as_well(one: str, translated: str) -> None:
    made = catalog("ru", polib.POEntry(msgid=one, msgstr=translated), said=[Said(one, "", "backend/x.py")])
    assert catalogs.complaints(made) == [f"ru: something else is filled in: {one!r}"]


def test_what_is_said_no_more_goes_and_what_is_said_twice_is_translated_once() -> None:
    known = [polib.POEntry(msgid="Gone.", msgstr="Нет."), polib.POEntry(msgid="Here.", msgstr="Есть.")]
    made = catalog("ru", *known, said=[Said("Here.", "", "a.py"), Said("Here.", "", "b.py"), Said("Here.", "", "b.py")])
    [entry] = made
    assert (entry.msgid, entry.msgstr, [where for where, _ in entry.occurrences]) == (
        "Here.",
        "Есть.",
        ["a.py", "b.py"],
    )
