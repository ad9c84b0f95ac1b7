"""One way to compare names: what people type on different keyboards for the same word is equal.

Used for room addresses, usernames and mentions. Folding joins case, width (NFKC) and the Arabic and Persian
forms of yeh and kaf, and ignores the zero-width non-joiner, which Persian writers use or leave out at will.
Characters that cannot be seen are refused: two names that look the same must be the same.
"""

import unicodedata

ZERO_WIDTH_NON_JOINER = "\N{ZERO WIDTH NON-JOINER}"
_SAME_LETTER = str.maketrans(
    {
        "\N{ARABIC LETTER YEH}": "\N{ARABIC LETTER FARSI YEH}",
        "\N{ARABIC LETTER KAF}": "\N{ARABIC LETTER KEHEH}",
        ZERO_WIDTH_NON_JOINER: None,
    }
)
# Control, format (zero-width, bidi), surrogate, private use, line and paragraph separators.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class Unseen(ValueError):
    """A name holds a character that cannot be seen, or a slash."""


def fold(name: str) -> str:
    """The form of `name` to compare by. Idempotent; runs of spaces become one.

    Raises `Unseen` for control, zero-width and bidirectional characters other than ZWNJ, and for `/`.
    """
    folded = name.translate(_SAME_LETTER)
    # NFKC can bring forth letters that fold further, and casefold can undo NFKC: twice is enough for all of
    # Unicode (UAX 31, section 5.1.3, toNFKC_Casefold), and makes the function idempotent.
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded).casefold().translate(_SAME_LETTER)
    folded = unicodedata.normalize("NFC", folded)
    for character in folded:
        if character == "/" or unicodedata.category(character) in _UNSEEN:
            raise Unseen(name)
    return " ".join(folded.split())
