"""Names are compared by their folded form: what people type for the same word is equal, and nothing hides in it."""

import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.folding import Unseen, can_be_seen, fold

# Letters that fold into others, marks that move, and what is ignored: where folding is likeliest to go wrong.
_AWKWARD = "يىیكکئأۀ\u0654\u0627\u200c\ufe0fİıßẞςΣſŉǰΐ\u0345\u0301\u0316ﬁﷺ㌖½Ⅷ Ａａ\u00a0\u3000ёЁйჩᲩ가"
names = st.text(st.one_of(st.sampled_from(_AWKWARD), st.characters()), max_size=12)


def _fold(name: str) -> str | None:
    try:
        return fold(name)
    except Unseen:
        return None


@settings(deadline=None)
@given(names)
def test_folding_what_is_folded_changes_nothing(name: str) -> None:
    folded = _fold(name)
    assert folded is None or fold(folded) == folded


@settings(deadline=None)
@given(names, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_how_a_keyboard_composes_its_letters_makes_no_difference(
    name: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    assert _fold(unicodedata.normalize(form, name)) == _fold(name)


@settings(deadline=None)
@given(names)
def test_a_folded_name_is_composed_and_holds_no_slash_nothing_invisible_and_no_stray_space(name: str) -> None:
    folded = _fold(name)
    if folded is not None:
        assert "/" not in folded
        assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for each in folded)
        assert " ".join(folded.split()) == folded
        assert unicodedata.is_normalized("NFC", folded)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Tea House", "tEA hOUSE", id="case"),
        pytest.param("ЧАЙХАНА", "чайхана", id="case of Cyrillic"),
        pytest.param("Ჩაიხანა", "ჩაიხანა", id="case of Georgian"),
        pytest.param("Straße", "STRASSE", id="case that changes the length"),
        pytest.param("ＴＥＡ７", "tea7", id="width"),
        pytest.param("چاي", "چای", id="Arabic and Persian yeh"),
        pytest.param("كافه", "کافه", id="Arabic and Persian kaf"),
        pytest.param("رئيس", "رئیس", id="yeh beside a yeh that bears a hamza"),
        pytest.param("\u064a\u0654", "\u0626", id="yeh and hamza in two characters or one"),
        pytest.param("\u06cc\u0654", "\u0626", id="Persian yeh and hamza in two characters or one"),
        pytest.param("چای‌خانه", "چایخانه", id="ZWNJ or not"),
        pytest.param("☕\ufe0f", "☕", id="a coloured emoji or not"),
        pytest.param("й", "и\u0306", id="composed and decomposed"),
        pytest.param("  tea \u00a0 house\u3000", "tea house", id="runs of spaces of any kind"),
    ],
)
def test_what_people_type_for_the_same_name_is_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ё", "е"), ("ى", "ی"), ("o", "о"), ("tea house", "teahouse"), ("چای خانه", "چای‌خانه"), ("café", "cafe")],
)
def test_other_letters_stay_other_letters(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(("part", "whole"), [("и", "чай"), ("cafe", "café"), ("ㄱ", "가")])
def test_a_plain_letter_is_no_part_of_an_accented_one(part: str, whole: str) -> None:
    assert fold(part) not in fold(whole)


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("\u200b", id="zero-width space"),
        pytest.param("\u200d", id="zero-width joiner"),
        pytest.param("\u2060", id="word joiner"),
        pytest.param("\ufeff", id="byte order mark"),
        pytest.param("\u00ad", id="soft hyphen"),
        pytest.param("\u034f", id="grapheme joiner"),
        pytest.param("\u200e", id="left-to-right mark"),
        pytest.param("\u061c", id="Arabic letter mark"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\u2066", id="isolate"),
        pytest.param("\u3164", id="Hangul filler"),
        pytest.param("\uffa0", id="halfwidth Hangul filler"),
        pytest.param("\u2800", id="empty Braille"),
        pytest.param("\U000e0041", id="tag"),
        pytest.param("\0", id="NUL"),
        pytest.param("\n", id="newline"),
        pytest.param("\u2028", id="line separator"),
        pytest.param("\ud800", id="half a surrogate pair"),
        pytest.param("\ue000", id="private use"),
        pytest.param("/", id="slash"),
        pytest.param("／", id="full-width slash"),
        pytest.param("℅", id="a sign that folds to a slash"),
    ],
)
@pytest.mark.parametrize("where", ["{}tea", "te{}a", "tea{}"])
def test_what_cannot_be_seen_and_a_slash_are_refused(hidden: str, where: str) -> None:
    with pytest.raises(Unseen):
        fold(where.format(hidden))


def test_a_label_may_hold_a_slash_but_must_show_something() -> None:
    assert can_be_seen("phone / tablet")
    assert can_be_seen("خانه‌ی من")
    assert not can_be_seen("tea\u200b")
    assert not can_be_seen("\u200c")
    assert not can_be_seen(" ")
