"""What is said to people: written in English, and put into their language where it is shown.

A text is a lazy string of Django's, as labels in its admin are. The domain says what there is to say, and knows
nobody's language. The catalogs are in `locale/`; `manage.py write_texts` keeps them complete.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, cast

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation.trans_real import parse_accept_lang_header

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = _StrPromise
else:
    Text = Promise

P = ParamSpec("P")
ENGLISH = "en"


def said_later(function: Callable[P, str]) -> Callable[P, Text]:
    """A text that is made anew, in the language of that moment, whenever it is shown."""
    return cast("Callable[P, Text]", lazy(function, str))


@said_later
def text(message: str, **facts: object) -> str:
    """A sentence; what stands in it in braces is filled in after it has been translated."""
    return translation.gettext(message).format(**facts)


@said_later
def plural(one: str, many: str, n: int) -> str:
    """A sentence about `{n}` of something. Languages have from one to four forms of it."""
    return translation.ngettext(one, many, n).format(n=n)


@said_later
def joined(*texts: Text) -> str:
    """Sentences, one after the other."""
    return " ".join(map(str, texts))


def say(what: Text, language: str) -> str:
    """A text in the words of a language, whichever is active."""
    with translation.override(language):
        return str(what)


def preferred(accept_language: str) -> str:
    """The language of ours that an `Accept-Language` header wants most; English if it wants none of them."""
    ours = dict(settings.LANGUAGES)
    for tag, quality in parse_accept_lang_header(accept_language):
        language = tag.partition("-")[0]
        if quality and language in ours:
            return language
    return ENGLISH
