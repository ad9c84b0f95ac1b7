"""One way to compare names: what people type on different keyboards for the same word is equal.

Used for room addresses, usernames and mentions. Folding joins case, width (NFKC) and the Arabic and Persian
forms of yeh and kaf, and ignores what keyboards put or leave out at will: the zero-width non-joiner of Persian
writers, and the selectors that ask for a coloured emoji. All else that cannot be seen is refused: two names that
look the same must be the same.
"""

import unicodedata

ZERO_WIDTH_NON_JOINER = "\N{ZERO WIDTH NON-JOINER}"
_SAME_LETTER = str.maketrans(
    {
        "\N{ARABIC LETTER YEH}": "\N{ARABIC LETTER FARSI YEH}",
        "\N{ARABIC LETTER KAF}": "\N{ARABIC LETTER KEHEH}",
        ZERO_WIDTH_NON_JOINER: None,
        **{chr(selector): None for selector in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))},
    }
)
# Control, format (zero-width, bidi), surrogate, private use, line and paragraph separators.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# Marks and letters by category, but without a shape: a joiner, Hangul fillers, Khmer and Mongolian controls, the
# empty Braille cell.
_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800")


class Unseen(ValueError):
    """A name holds a character that cannot be seen, or a slash."""


def fold(name: str) -> str:
    """The form of `name` to compare by. Idempotent; runs of spaces become one.

    Raises `Unseen` for control, zero-width and bidirectional characters other than those ignored, and for `/`.
    Names are short: normalizing takes time that grows with the square of the length, so bound it before.
    """
    # Decomposed before all else: letters come forth that fold further, and a yeh that bears a hamza is still seen to
    # be a yeh. Composed in the end, so that no accented letter holds the plain one when a part is looked for.
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_SAME_LETTER)
    folded = unicodedata.normalize("NFC", folded)
    for character in folded:
        if character == "/" or character in _SHAPELESS or unicodedata.category(character) in _UNSEEN:
            raise Unseen(name)
    return " ".join(folded.split())


def can_be_seen(label: str) -> bool:
    """Whether there is something to see in `label`, and nothing else. It may hold a slash: it is no name."""
    try:
        return bool(fold(label.replace("/", "|")))
    except Unseen:
        return False
