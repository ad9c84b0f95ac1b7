"""Nothing is in the schema that nobody has decided who may see or do."""

import pytest

from backend.chat.policies import TABLE, Action, Standing
from chat_schema.shapes import PERSONAL_FIELDS
from tests.chat_schema.access import tries
from tests.chat_schema.access.attempts import Login
from tests.chat_schema.access.needs import CARRIED, FIELDS, MUTATIONS, NODES, REACHED, WRITTEN
from tests.chat_schema.access.scene import PEOPLE

GUARDED = tries.guarded()
# The domain's table as it is promised. `+` everywhere, `p` in public rooms alone, `.` nowhere.
PROMISED = """
                          anonymous stranger invited banned muted member moderator owner staff
see                           .        p        +       p      +     +        +       +     +
enter                         .        p        +       .      +     +        +       +     p
read                          .        .        .       .      +     +        +       +     .
send                          .        .        .       .      .     +        +       +     .
edit own messages             .        .        .       .      .     +        +       +     .
delete own messages           .        .        .       .      +     +        +       +     .
delete anybody's messages     .        .        .       .      .     .        +       +     +
leave                         .        .        .       .      +     +        +       +     .
moderate                      .        .        .       .      .     .        +       +     +
invite                        .        .        .       .      .     .        +       +     .
revoke invitations            .        .        .       .      .     .        +       +     +
give roles                    .        .        .       .      .     .        .       +     +
delete the room               .        .        .       .      .     .        .       +     +
rename the room               .        .        .       .      .     .        +       +     +
say who the room is for       .        .        .       .      .     .        .       +     p
whisper                       .        .        .       .      .     +        +       +     .
react                         .        .        .       .      .     +        +       +     .
"""
ROOTS = {"Query", "Mutation", "Subscription"}


@pytest.mark.parametrize("coordinate", sorted(GUARDED.keys() | FIELDS.keys()))
def test_every_field_says_what_it_needs(coordinate: str) -> None:
    assert coordinate in FIELDS, "declare in needs.py what it needs"
    assert coordinate in GUARDED, "it is in the schema no more"


@pytest.mark.parametrize("mutation", sorted(tries.root("Mutation").keys() | MUTATIONS.keys()))
def test_every_mutation_says_what_it_needs(mutation: str) -> None:
    assert mutation in MUTATIONS, "declare in needs.py what it needs, and how to try it"
    assert mutation in tries.root("Mutation"), "it is in the schema no more"


@pytest.mark.parametrize("type_name", sorted(tries.interface("Node") | NODES.keys() | REACHED.keys()))
def test_everything_with_an_id_says_who_finds_it(type_name: str) -> None:
    assert type_name in tries.interface("Node"), "it has no id, or is in the schema no more"
    assert type_name in NODES, "declare in needs.py who finds it by its id"
    assert type_name in REACHED, "declare in needs.py where it is had from"


def test_every_other_type_is_declared_to_need_nothing_more_than_what_led_to_it() -> None:
    """A type that is more than a part of an answer needs an id, or an entry of its own."""
    pages = {name for name in tries.OBJECTS if name.endswith(("Connection", "Edge"))}
    results = {each.name for each in tries.results().values()}
    elsewhere = {*ROOTS, *tries.interface("Node"), *tries.interface("Problem"), *pages, *results}
    assert tries.OBJECTS.keys() - elsewhere == CARRIED


def test_what_is_written_is_of_fields_that_there_are() -> None:
    assert WRITTEN.keys() <= GUARDED.keys()


@pytest.mark.parametrize("coordinate", sorted(FIELDS))
def test_what_only_some_members_may_see_is_never_executed_for_all_of_them(coordinate: str) -> None:
    """Where a stream leads: from an event on, to what is shared by its audience."""
    type_name, field = coordinate.split(".")
    actions = FIELDS[coordinate].actions
    if type_name in {"Room", "Member", "Message", "User"} and not isinstance(actions, Login):
        needs_more = not actions <= {Action.SEE, Action.READ}
        assert needs_more <= (field in PERSONAL_FIELDS), "add it to PERSONAL_FIELDS"


def test_everybody_in_the_domains_table_is_tried_and_everything_that_it_allows() -> None:
    assert frozenset[Standing]().union(*PEOPLE.values()) == set(Standing)
    needs = [tried.need.actions for tried in tries.attempts()]
    assert {action for actions in needs if not isinstance(actions, Login) for action in actions} == set(Action)
    assert set(TABLE) == set(Action)


def test_the_domains_table_is_as_promised() -> None:
    """Said twice: all else here is made from the table, and would follow it anywhere."""
    head, *rows = PROMISED.strip("\n").splitlines()
    standings = [Standing(word) for word in head.split()]
    width = len(standings)
    promised = {" ".join(row.split()[:-width]): row.split()[-width:] for row in rows}
    found = {
        action.value: [".p+"[(each in in_public) + (each in in_private)] for each in standings]
        for action, (in_public, in_private) in TABLE.items()
    }
    assert found == promised
