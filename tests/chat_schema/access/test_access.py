"""Who may do what is what the domain's table says: everything in the schema is tried as everybody."""

import pytest

from backend import database
from backend.chat.policies import TABLE, Action
from chat_schema.context import Context
from chat_schema.schema import schema
from tests.accounts.tables import all_rows, put_back
from tests.chat_schema.access import tries
from tests.chat_schema.access.attempts import Attempt, attempt
from tests.chat_schema.access.scene import PEOPLE, Scene, set_up

pytestmark = pytest.mark.django_db(transaction=True)

ATTEMPTS = sorted(tries.attempts(), key=lambda each: each.name)
# By name, what was tried and came out otherwise than it should.
Wrong = dict[str, tuple[object, ...]]


@pytest.fixture(params=["public", "private"])
def is_private(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "private")


@pytest.fixture(params=list(PEOPLE))
def who(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


async def scene(who: str, is_private: bool) -> Scene:
    return await database.run(set_up, who, is_private=is_private)


def refused(who: str, is_private: bool) -> list[tuple[Attempt, str]]:
    """What the table does not allow them, and why."""
    found = [(each, each.need.refusal(PEOPLE[who], is_private=is_private)) for each in ATTEMPTS]
    return [(each, code) for each, code in found if code is not None]


async def test_what_the_table_refuses_is_refused_and_changes_nothing(who: str, is_private: bool) -> None:
    there = await scene(who, is_private)
    before = await database.run(all_rows)
    wrong: Wrong = {}
    for each, code in refused(who, is_private):
        outcome = await attempt(each, there)
        if outcome.refusal != each.need.told(code):
            wrong[each.name] = (code, outcome)
        if each.is_mutation and (after := await database.run(all_rows)) != before:
            wrong[f"{each.name}, which changes something"] = (code, outcome)
            before = after
    assert wrong == {}
    assert await database.run(all_rows) == before, "something was changed by what only reads"


async def test_what_the_table_allows_can_be_done(who: str, is_private: bool) -> None:
    """Each change in a room where nothing else has been changed: what was done there before is undone."""
    there, unchanged = await scene(who, is_private), await scene(who, is_private)
    before = await database.run(all_rows)
    wrong: Wrong = {}
    names = {each.name for each, _ in refused(who, is_private)}
    for each in ATTEMPTS:
        if each.name not in names:
            if each.changes:
                await database.run(put_back, before)
            outcome = await attempt(each, unchanged if each.changes else there)
            if outcome.refusal != each.lacks:
                wrong[each.name] = (outcome,)
    assert wrong == {}


async def test_what_one_may_not_know_of_is_to_the_letter_as_if_it_were_not_there(who: str, is_private: bool) -> None:
    """And to those who are not logged in so is everything: they are not told whether anything is there."""
    there = await scene(who, is_private)
    wrong: Wrong = {}
    for each, code in refused(who, is_private):
        if code != "FORBIDDEN" and not (each.makes and code == "NOT_FOUND"):
            found, missing = await attempt(each, there), await attempt(each, there, on_nothing=True)
            if found.text != missing.text:
                wrong[each.name] = (found.text, missing.text)
    assert wrong == {}


async def test_a_private_room_is_in_no_list_but_that_of_its_members(who: str, is_private: bool) -> None:
    there = await scene(who, is_private)
    document = """
    query ($matching: String!) {
      viewer { rooms { nodes { id } } }
      rooms(matching: $matching) { nodes { id } }
    }
    """
    context = Context(reader=there.who, origin="tests")
    matching = {"matching": there.ids["address"]}
    result = await schema.execute(document, variable_values=matching, context_value=context)
    if there.who is None:
        assert result.data is None
        return
    assert result.data
    assert not result.errors
    listed = {"id": there.ids["room"]} in result.data["rooms"]["nodes"]
    own = {"id": there.ids["room"]} in result.data["viewer"]["rooms"]["nodes"]
    assert listed is not is_private
    assert own is bool(TABLE[Action.READ][is_private] & PEOPLE[who])
