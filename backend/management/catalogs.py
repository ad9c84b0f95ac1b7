"""The catalogs of `backend/locale`: what the code says, in the other languages.

What there is to translate is read from the code: the arguments of `text`, `plural` and Django's own functions, and the
tags of templates. GNU gettext, which Django's `makemessages` needs, is not.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import msgspec
import polib
from django.conf import settings
from django.core.management import CommandError
from django.template import Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

_PACKAGES = ("backend", "chat_schema")
_SINGULAR = {"text", "_", "gettext", "gettext_lazy"}
_PLURAL = {"plural", "ngettext", "ngettext_lazy"}
# As in Django's own catalogs.
_PLURAL_FORMS = {
    "fa": "nplurals=2; plural=(n > 1);",
    "ka": "nplurals=2; plural=(n!=1);",
    "ru": (
        "nplurals=4; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 :"
        " n%10==0 || (n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3);"
    ),
}
LANGUAGES = tuple(_PLURAL_FORMS)


class Said(msgspec.Struct, frozen=True):
    """Something to translate, and the file that says it."""

    one: str
    many: str
    where: str


def path(language: str) -> Path:
    return settings.BASE_DIR / "backend" / "locale" / language / "LC_MESSAGES" / "django.po"


def said(root: Path) -> list[Said]:
    """All that is said below a folder, by file. Raises `CommandError` for what cannot be read without running it."""
    found: list[Said] = []
    for package in _PACKAGES:
        for file in sorted((root / package).rglob("*")):
            where = str(file.relative_to(root))
            if file.suffix == ".py" and file.parent.name != "migrations":
                found += _in_code(file.read_text(), where)
            elif "templates" in file.parts and file.is_file():
                found += _in_template(file.read_text(), where)
    return found


def written(language: str, everything: list[Said], known: polib.POFile) -> polib.POFile:
    """The catalog of all that is said, with the translations that are known; empty where there is none."""
    catalog = polib.POFile(wrapwidth=110)
    catalog.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": _PLURAL_FORMS[language],
    }
    before = {(each.msgid, each.msgid_plural): each for each in known if not each.obsolete}
    entries: dict[tuple[str, str], polib.POEntry] = {}
    for each in everything:
        key = (each.one, each.many)
        untranslated = dict.fromkeys(range(_forms(language)), "") if each.many else None
        entry = polib.POEntry(msgid=each.one, msgid_plural=each.many, msgstr_plural=untranslated)
        entry = entries.setdefault(key, entry)
        # Without lines: those move with every change.
        if (each.where, "") not in entry.occurrences:
            entry.occurrences.append((each.where, ""))
        if key in before:
            entry.msgstr, entry.msgstr_plural, entry.flags = _translation(before[key])
    catalog.extend(entries.values())
    return catalog


def complaints(catalog: polib.POFile) -> list[str]:
    """What is wrong with the translations of a catalog."""
    language = catalog.metadata["Language"]
    return [f"{language}: {wrong}: {each.msgid!r}" for each in catalog for wrong in _wrong(each, _forms(language))]


def _forms(language: str) -> int:
    return int(_PLURAL_FORMS[language].removeprefix("nplurals=")[0])


def _wrong(entry: polib.POEntry, forms: int) -> Iterator[str]:
    translations = [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())
    if entry.fuzzy:
        yield "not certain"
    if not all(translations) or (entry.msgid_plural and len(translations) != forms):
        yield "not translated"
    elif any(_places(each) != _places(entry.msgid_plural or entry.msgid) for each in translations):
        yield "something else is filled in"


def _places(message: str) -> set[str]:
    """What is filled in: `{name}`, or as Django writes it `%(name)s` and `%d`."""
    return {*re.findall(r"%(?:\(\w+\))?[ds]", message), *(name for _, name, _, _ in Formatter().parse(message) if name)}


def _translation(entry: polib.POEntry) -> tuple[str, dict[int, str], list[str]]:
    return entry.msgstr, entry.msgstr_plural, ["fuzzy"] if entry.fuzzy else []


def _in_code(source: str, where: str) -> Iterator[Said]:
    calls = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        if isinstance(call.func, ast.Name) and call.func.id in _SINGULAR | _PLURAL:
            count = 1 if call.func.id in _SINGULAR else 2
            try:
                said = [ast.literal_eval(each) for each in call.args[:count]]
                one, many = said if count == 2 else [*said, ""]
            except ValueError as error:
                raise CommandError(f"{where}:{call.lineno}: what is said is no literal text.") from error
            yield Said(one, many, where)


def _in_template(source: str, where: str) -> Iterator[Said]:
    for node in Template(source).nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode):
            yield Said(node.filter_expression.var.literal, "", where)
        elif isinstance(node, BlockTranslateNode):
            one, many = (node.render_token_list(each or [])[0] for each in (node.singular, node.plural))
            yield Said(one, many, where)
