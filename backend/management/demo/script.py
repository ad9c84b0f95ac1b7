"""The script of the demo, as it stands in `script.toml`: who is there, and what they say."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    username: str
    display_name: str
    locale: Literal["en", "fa", "ru", "ka"]
    bio: str


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is said, and who reacts to it with what. `answers` is the `id` of a line before."""

    by: str
    body: str
    id: str = ""
    answers: str = ""
    at_first: str = ""
    reactions: dict[str, list[str]] = {}

    @property
    def sent(self) -> str:
        """What is said, before it is edited."""
        return self.at_first or self.body

    @property
    def key(self) -> str:
        """The same whenever the same is said by the same person: it is said once."""
        return f"demo {hashlib.sha256(f'{self.by}: {self.sent}'.encode()).hexdigest()[:32]}"


class Room(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`lines` have been said, `scenes` are played again and again."""

    address: str
    title: str
    topic: str
    lines: list[Line]
    scenes: list[list[Line]]

    @property
    def people(self) -> list[str]:
        """Those who say or do something there; who speaks first comes first, and owns it."""
        lines = [*self.lines, *(line for scene in self.scenes for line in scene)]
        speakers = [line.by for line in lines]
        return list(
            dict.fromkeys([*speakers, *(each for line in lines for by in line.reactions.values() for each in by)])
        )


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    guest: Person
    people: list[Person]
    rooms: list[Room]


@cache
def read() -> Script:
    return msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=Script)
