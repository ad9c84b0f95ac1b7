"""docs/protocol.md: its dialogues are played as they stand, and its tables say what the code says."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from strawberry.http import async_base_view
from strawberry.subscriptions.protocols.graphql_transport_ws import handlers

from backend.chat import files
from backend.limits import Rate
from chat_schema.problems import ProblemCode
from chat_schema.schema import schema
from tests.services.server import ServerProcess
from tests.transport import dialogue
from tests.transport.served import serving

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "protocol.md"

# Nobody outside can tell how large these are; and rates have a table of their own.
UNSEEN = {
    "RATES",
    "RATE_KEYS",
    "DOCUMENT_CACHE_SIZE",
    "DOCUMENT_CACHED_LENGTH",
    "STEM_CACHE_SIZE",
    "HUB",
    "PRESENCE",
}
# What autobahn closes with by itself.
OF_WEBSOCKETS = {"1002", "1007", "1009"}
UNITS = {"": 1, " s": 1, " KiB": 1024, " MiB": 1024 * 1024}


def table(*columns: str) -> list[list[str]]:
    """The rows of the table with these columns."""
    head = f"| {' | '.join(columns)} |\n"
    _, found, rest = DOCUMENT.read_text().partition(head)
    assert found, head
    rows = rest.split("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def names(cell: str) -> list[str]:
    return re.findall(r"`(.+?)`", cell)


def value(cell: str) -> float:
    match = re.fullmatch(r"([\d.]+)(.*)", cell)
    assert match
    return float(match[1]) * UNITS[match[2]]


def source(*paths: str) -> str:
    return "\n".join(path.read_text() for pattern in paths for path in sorted(ROOT.glob(pattern)))


# --- The dialogues --------------------------------------------------------------------------------------------


@pytest.fixture
def documented() -> Iterator[ServerProcess]:
    with serving("documented") as server:
        yield server


async def test_the_dialogues_go_as_they_are_written(documented: ServerProcess, impatient_server: ServerProcess) -> None:
    player = dialogue.Player()
    for each in dialogue.read(DOCUMENT):
        server = {"": documented, "impatient": impatient_server}[each.kind]
        await player.play(each, url=server.url)


# --- The tables -----------------------------------------------------------------------------------------------


def test_every_limit_is_told_as_it_is() -> None:
    told = {names(name)[0]: value(limit) for name, limit, _ in table("name", "limit", "of")}
    sections = re.findall(r"\n# --- Limits of .*?\n(.*?)(?=\n# ---|$)", source("backend/settings.py"), re.DOTALL)
    found = {name for section in sections for name in re.findall(r"^([A-Z_]+)\b.* = ", section, re.MULTILINE)}
    assert found > UNSEEN
    assert told == {name: getattr(settings, name) for name in found - UNSEEN}


def test_every_rate_is_told_as_it_is() -> None:
    rows = table("rate", "at once", "then one every", "for")
    told = {names(name)[0]: (value(burst), value(seconds)) for name, burst, seconds, _ in rows}
    rates: dict[str, Rate] = settings.RATES
    assert told == {name: (rate.burst, round(1 / rate.per_second, 3)) for name, rate in rates.items()}


def test_every_kind_of_file_is_told() -> None:
    rows = table("name", "served as")
    told = {name: of for cell, types in rows for name, of in zip(names(cell), types.split(", "), strict=True)}
    assert {f".{name}" for name in files.KINDS} == told.keys()
    for name, kind in files.KINDS.items():
        assert kind.media_type.endswith(told[f".{name}"].removeprefix("..."))


def test_every_close_code_is_told() -> None:
    told = {code for codes, _, _ in table("code", "when", "what to do") for code in codes.split(", ")}
    ours = set(re.findall(r"^[A-Z_]+ = ([14]\d{3})$", source("backend/transport/*.py"), re.MULTILINE))
    strawberrys = {
        code
        for module in (handlers, async_base_view)
        for code in re.findall(r"close\(\s*(?:code=)?(\d{4})", inspect.getsource(module))
    }
    assert told == ours | strawberrys | OF_WEBSOCKETS


def test_every_code_of_a_problem_is_told() -> None:
    told = [name for cell, _ in table("code", "what to do") for name in names(cell)]
    assert told == [*(code.name for code in ProblemCode), "BAD_REQUEST", "INTERNAL"]
    assert set(told) >= set(re.findall(r'"code": "([A-Z_]+)"', source("chat_schema/errors.py")))


@pytest.mark.parametrize(
    ("title", "union_name"),
    [("frame", "RoomEvent"), ("event in the lobby", "LobbyEvent"), ("event for a person", "ViewerEvent")],
)
def test_every_event_is_told(title: str, union_name: str) -> None:
    told = {name for cell, _ in table(title, "what to do") for name in names(cell)}
    union = schema._schema.type_map[union_name]
    assert told == {each.name for each in union.types}  # type: ignore[attr-defined]  # it is a union


def test_every_status_is_told() -> None:
    told = {status for status, _ in table("status", "when")}
    assert told == {"200", *re.findall(r"\b[45]\d\d\b", source("backend/transport/views.py"))}
