"""The law of replay: what was fetched before, and every event since, make what is fetched now. For every mutation."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from backend import database
from chat_schema.schema import schema
from tests.accounts.tables import once
from tests.chat_schema.replay.cache import DOCUMENT
from tests.chat_schema.replay.follower import Follower, play
from tests.chat_schema.replay.house import ROOMS, House
from tests.chat_schema.replay.scenarios import SCENARIOS, Scenario

pytestmark = pytest.mark.django_db(transaction=True)

PLAYED = [(mutation, each) for mutation, scenarios in SCENARIOS.items() for each in scenarios]
TOLD = [(mutation, each) for mutation, each in PLAYED if each.is_told]
UNTOLD = [(mutation, each) for mutation, each in PLAYED if not each.is_told]


build = once(House)


@pytest.fixture
async def house() -> House:
    return await database.run(build)


@pytest.fixture
async def vera(house: House) -> dict[str, Follower]:
    """In each room."""
    found = {room: Follower(house, room) for room in ROOMS}
    for each in found.values():
        await each.begin()
    return found


@pytest.mark.parametrize(
    ("mutation", "scenario"), [pytest.param(*each, id=f"{each[0]}: {each[1].what}") for each in TOLD]
)
async def test_what_was_and_what_happened_make_what_is(
    house: House, vera: dict[str, Follower], mutation: str, scenario: Scenario
) -> None:
    await play(house, mutation, scenario)
    await vera["tea"].check(scenario.tea)
    await vera["garden"].check(scenario.garden)


async def test_what_is_not_told_changes_nothing_that_is_shown(house: House, vera: dict[str, Follower]) -> None:
    """One after the other, for none makes a difference to the next."""
    for mutation, scenario in UNTOLD:
        await play(house, mutation, scenario)
        for room in ROOMS:
            await vera[room].check("")


async def test_events_that_repeat_what_was_fetched_change_nothing(house: House, vera: dict[str, Follower]) -> None:
    """A cursor is read before the rest: what came between is shown, and told once more."""
    start = await vera["tea"].fetch()
    for mutation in ("updateProfile", "sendMessage", "editMessage", "addReaction", "deleteMessage", "leaveRoom"):
        await play(house, mutation, SCENARIOS[mutation][0])
    fetched, fresh = await vera["tea"].fetch(), await vera["tea"].fetch()
    frames = await vera["tea"].poll(start)
    assert len(frames) == 6
    for frame in frames:
        fetched.apply(frame)
    assert fetched.differences(fresh) == {}


# --- Nothing is left out --------------------------------------------------------------------------------------

# What no event tells: it depends on who asks, or is no matter of one room.
OUTSIDE = {
    *("Room.viewer", "Room.bans", "Room.invitations", "Message.viewer", "User.stats"),
    # What is of the moment, and in no log.
    *("Room.online", "Room.onlineCount", "User.isOnline", "User.lastSeenAt"),
    # The same events once more.
    "Room.events",
}


def test_every_mutation_is_played() -> None:
    mutations = schema._schema.mutation_type
    assert mutations
    assert mutations.fields.keys() == SCENARIOS.keys(), "say in scenarios.py how it is used, and what is told of it"
    assert all(SCENARIOS.values())


def test_all_that_a_room_shows_is_in_the_documented_selection() -> None:
    shown = {
        f"{name}.{field}"
        for name in ("Room", "Member", "Message", "Reaction", "Attachment", "User")
        for field in _object(name).fields
    }
    selected = _selected(DOCUMENT)
    assert shown - OUTSIDE - selected == set(), "select it in docs/protocol.md, or say there why no event tells it"
    assert shown >= OUTSIDE
    assert OUTSIDE & selected == {"Room.events"}


def _object(name: str) -> GraphQLObjectType:
    found = schema._schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def _selected(document: str) -> set[str]:
    found = set()
    types = TypeInfo(schema._schema)

    class Fields(Visitor):
        def enter_field(self, node: object, *_: object) -> None:
            parent = types.get_parent_type()
            if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
                found.add(f"{parent.name}.{node.name.value}")  # type: ignore[attr-defined]  # it is a field

    visit(parse(document), TypeInfoVisitor(types, Fields()))
    return found
