"""A schema that has all that can be compiled, and some of what cannot: more lists and nulls than ours."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Annotated

import strawberry
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from chat_schema.context import Info
from chat_schema.scalars import SCALARS, Cursor

# What takes an execution.
CODE = frozenset({"told", "later"})


@strawberry.enum
class Glaze(Enum):
    BLUE = "blue"
    GREEN = strawberry.enum_value("a green one")


@strawberry.type
class Lid:
    has_knob: bool
    weight: int | None


@strawberry.interface
class Vessel:
    name: str
    glaze: Glaze | None

    @strawberry.field
    def lid(self) -> Lid | None:
        return Lid(has_knob=True, weight=len(self.name)) if self.glaze else None


@strawberry.type
class Cup(Vessel):
    key: strawberry.ID
    marks: list[str | None]

    @strawberry.field
    def label(self, times: int | None = 2) -> str:
        return self.name * (1 if times is None else times)

    @strawberry.field
    def told(self, info: Info) -> str:
        return info.field_name


@strawberry.type
class Pot(Vessel):
    fired_at: datetime
    cursor: Cursor | None
    grid: list[list[int]] | None

    @strawberry.field
    async def later(self) -> str:
        return self.name

    @strawberry.field
    def lids(self) -> list[Lid | None]:
        return [None if size is None else Lid(has_knob=False, weight=size) for size in (len(self.name), None)]


Thing = Annotated[Cup | Pot | Lid, strawberry.union("Thing")]


@strawberry.type
class Shelf:
    first: Vessel
    vessels: list[Vessel]
    thing: Thing | None
    things: list[Thing | None] | None
    below: "Shelf | None"


@strawberry.type
class Query:
    shelf: Shelf


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def shelf(self) -> AsyncGenerator[Shelf, None]:
        cup = Cup(name="", glaze=None, key=strawberry.ID(""), marks=[])
        yield Shelf(first=cup, vessels=[], thing=None, things=None, below=None)


CONFIG = StrawberryConfig(scalar_map=SCALARS)
schema = strawberry.Schema(query=Query, subscription=Subscription, types=[Cup, Pot], config=CONFIG)

_short = st.text(max_size=3)
_glazes = st.none() | st.sampled_from(Glaze)
_numbers = st.integers(-(2**31), 2**31 - 1)
_zones = st.sampled_from((UTC, timezone(timedelta(hours=3, minutes=30))))
moments = st.datetimes(min_value=datetime(2, 1, 1), timezones=_zones)  # noqa: DTZ001  # the zone is drawn

lids = st.builds(Lid, has_knob=st.booleans(), weight=st.none() | _numbers)
cups = st.builds(
    Cup,
    name=_short,
    glaze=_glazes,
    key=st.builds(strawberry.ID, _short),
    marks=st.lists(st.none() | _short, max_size=2),
)
pots = st.builds(
    Pot,
    name=_short,
    glaze=_glazes,
    fired_at=moments,
    cursor=st.none() | st.builds(Cursor, _short),
    grid=st.none() | st.lists(st.lists(_numbers, max_size=2), max_size=2),
)
shelves = st.recursive(
    st.none(),
    lambda below: st.builds(
        Shelf,
        first=cups | pots,
        vessels=st.lists(cups | pots, max_size=2),
        thing=st.none() | cups | pots | lids,
        things=st.none() | st.lists(st.none() | cups | pots | lids, max_size=2),
        below=below,
    ),
    max_leaves=3,
).filter(bool)
