"""Search: which messages of a room have all the words asked for.

A text becomes words, once, when it is sent or edited; a query becomes words by the same function. The words stand in
`Message.search`, each as it is written and, in Russian and English, by its stem, and both databases index that column
without a dictionary of their own. So they give the same answers, by one rule:

    A word of the query finds a word that begins with it, or one that has the same stem.

A word with half-spaces (ZWNJ) can be found, and can ask, as one word or as its parts. Particles that people set apart
with a space too are joined by a half-space first: «می‌روم», «میروم» and «می روم» find each other.

In the column each word begins with its room: an index looks at no other room, however much is said there.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.russian_stemmer import RussianStemmer

from backend.chat.models import Message
from backend.errors import FieldError, Invalid
from backend.languages import plural

_ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_BREVE = "\N{COMBINING BREVE}"  # not stripped: й is another letter than и
_SAME_LETTER = str.maketrans(
    {
        "\N{ARABIC LETTER YEH}": "\N{ARABIC LETTER FARSI YEH}",
        "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER FARSI YEH}",
        "\N{ARABIC LETTER KAF}": "\N{ARABIC LETTER KEHEH}",
        "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
        "\N{ARABIC LETTER AE}": "\N{ARABIC LETTER HEH}",  # the base of ۀ
        "\N{ARABIC TATWEEL}": None,
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MODIFIER LETTER APOSTROPHE}": "'",
    }
)
# Particles of Farsi verbs, plurals and comparisons, with the space that some write there.
_SPACED = re.compile(r"\b(ن?می) +(?=[^\W\d_])|(?<=[^\W\d_]) +(?=(?:ها|های|هایی|تر|ترین)\b)")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")  # inside a word: it is left out, "don't" is "dont"
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")  # a mark alone is no word
_ENGLISH = re.compile(r"[a-z]+")
_RUSSIAN = re.compile(r"[а-я]+")
# What the stemmer takes for the ending of a verb in some cases of a noun, and leaves in others: of «чайхана» it would
# make «чайха», of «чайхану» «чайхан».
_LIKE_A_VERB = re.compile(r"(.*[аеиоуыэюя].*[ая])[лмн]$")


class Word(msgspec.Struct, frozen=True):
    """As it is written, folded; by its stem, if its language has stems here; and its parts, if it has half-spaces."""

    written: str
    stem: str | None = None
    parts: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Without case, width, accents and vowel marks, what cannot be seen, and other differences of keyboards.

    Normalizing takes time that grows with the square of the length: bound it before.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", "".join(_kept(text)).translate(_SAME_LETTER))


def _kept(text: str) -> Iterator[str]:
    for character in text:
        if character.isascii() or character in (_ZWNJ, _ZERO_WIDTH_SPACE, _BREVE):
            yield character
            continue
        category = unicodedata.category(character)
        if category == "Nd":
            yield str(unicodedata.decimal(character))
        elif category not in ("Cf", "Me") and not (category == "Mn" and _is_accent(character)):
            yield character


def _is_accent(mark: str) -> bool:
    """Of Latin, Greek, Cyrillic, Hebrew and Arabic letters, or the variant of an emoji.

    In other scripts a mark may be a vowel that nobody leaves out.
    """
    return mark < "\u0370" or "\u0591" <= mark <= "\u06ed" or "\ufe00" <= mark <= "\ufe0f"


def words(text: str) -> list[Word]:
    """The words of a text, each once."""
    folded = _APOSTROPHE.sub("", _SPACED.sub(lambda particle: f"{particle[1] or ''}{_ZWNJ}", fold(text)))
    spaced = "".join(each if each == _ZWNJ or unicodedata.category(each)[0] in "LMN" else " " for each in folded)
    found: dict[str, Word] = {}
    for chunk in spaced.split():
        if chunk in found or not _LETTER_OR_DIGIT.search(chunk):
            continue
        written = chunk.replace(_ZWNJ, "")[: settings.SEARCH_WORD_LENGTH]
        parts = tuple(part[: settings.SEARCH_WORD_LENGTH] for part in chunk.split(_ZWNJ) if part)
        found[chunk] = Word(written, _stem(written), parts if len(parts) > 1 else ())
    return list(found.values())


@lru_cache(maxsize=settings.STEM_CACHE_SIZE)  # people say the same words all the time, and finding a stem is slow
def _stem(word: str) -> str | None:
    # A stemmer of its own for each word: it has state, and others search at the same time.
    if _ENGLISH.fullmatch(word):
        return str(EnglishStemmer().stemWord(word))
    if _RUSSIAN.fullmatch(word):
        return _LIKE_A_VERB.sub(r"\1", RussianStemmer().stemWord(word))
    return None


def indexed(room_id: int, body: str) -> str:
    """What the search column holds for a message. Nothing but letters, marks, digits, `.`, `=` and spaces."""
    terms: dict[str, None] = {}
    for word in words(body):
        for written in (word.written, *word.parts):
            terms[f"{room_id}.{written}"] = None
        if word.stem is not None:
            terms[f"{room_id}={word.stem}"] = None
    return " ".join(terms)


def matching(rows: QuerySet[Message], *, room_id: int, query: str) -> QuerySet[Message]:
    """Those of the rows, all of this room, that have every word of the query; none if it has no word.

    Raises `Invalid` for a query that is too long.
    """
    if len(query) > settings.SEARCH_MAX_LENGTH:
        raise Invalid(FieldError.too_long("matching", settings.SEARCH_MAX_LENGTH))
    asked = words(query)
    if sum(len(word.parts) or 1 for word in asked) > settings.SEARCH_MAX_WORDS:
        detail = plural("At most {n} word.", "At most {n} words.", settings.SEARCH_MAX_WORDS)
        raise Invalid.field("matching", "TOO_LONG", detail)
    if not asked:
        return rows.none()
    syntax = _SYNTAX[connection.vendor]
    # Terms are quoted, and hold nothing that ends a quotation: no query can say more than words.
    sql = RawSQL(syntax.condition, [syntax.every(room_id, asked)], output_field=BooleanField())  # noqa: S611
    return rows.filter(sql)


class _Syntax(msgspec.Struct, frozen=True):
    """How a database writes conditions on words."""

    condition: str
    prefix: str
    whole: str
    both: str
    either: str

    def every(self, room_id: int, asked: list[Word]) -> str:
        return self.both.join(f"({self._one(room_id, word)})" for word in asked)

    def _one(self, room_id: int, word: Word) -> str:
        found = [self.prefix.format(f"{room_id}.{word.written}")]
        if word.stem is not None:
            found.append(self.whole.format(f"{room_id}={word.stem}"))
        if word.parts:
            found.append(f"({self.both.join(self.prefix.format(f'{room_id}.{part}') for part in word.parts)})")
        return self.either.join(found)


# As the indexes of migration 0006 have it.
_SYNTAX = {
    "postgresql": _Syntax(
        condition="array_to_tsvector(string_to_array(chat_message.search, ' ')) @@ %s::tsquery",
        prefix="'{}':*",
        whole="'{}'",
        both=" & ",
        either=" | ",
    ),
    "sqlite": _Syntax(
        # The plus keeps the planner from visiting and sorting all that was found: it reads the room in its order, until
        # the page is full.
        condition="+chat_message.id IN (SELECT rowid FROM chat_search WHERE chat_search MATCH %s)",
        prefix='"{}"*',
        whole='"{}"',
        both=" AND ",
        either=" OR ",
    ),
}


def scrub() -> None:
    """Let the index forget what is no longer in the column, in the transaction that took it out.

    FTS5 takes a word out by adding that it has gone; both stay until the segments of the index are merged into one,
    which takes time by its size. (The option `secure-delete` needs SQLite 3.42.) In PostgreSQL, vacuum clears the
    old row away, and what the index has of it.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO chat_search (chat_search) VALUES ('optimize')")
