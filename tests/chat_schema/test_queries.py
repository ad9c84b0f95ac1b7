"""What a page costs the database: as many queries for fifty entries as for five, whatever is shown of each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from django.db.backends.utils import CursorWrapper
from graphql import GraphQLField, GraphQLObjectType, GraphQLUnionType, get_named_type, is_leaf_type
from pytest_django import Settings

from backend import database
from chat_schema.context import Context
from chat_schema.schema import schema
from tests.chat_schema.crowd import SIZE, Crowd

pytestmark = pytest.mark.django_db(transaction=True)


def is_page(field: GraphQLField) -> bool:
    """Whether it is read by itself, once for each entry of another page that it is asked of."""
    return str(field.type).rstrip("!").endswith(("Connection", "EventPage", "[Invitation!]"))


def everything(type_name: str, depth: int = 3) -> str:
    """All that can be selected of a type, so deep, but for the pages in it."""
    type_ = schema._schema.type_map[type_name]
    if isinstance(type_, GraphQLUnionType):
        return " ".join(f"... on {each.name} {{ __typename {everything(each.name, depth)} }}" for each in type_.types)
    if not isinstance(type_, GraphQLObjectType):
        return "__typename"
    found = ["__typename"]
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named):
            found.append(name)
        elif depth and not is_page(field):
            found.append(f"{name} {{ {everything(named.name, depth - 1)} }}")
    return " ".join(found)


class Page(NamedTuple):
    """A document, with `$n` for how long it is, and the most queries that it may take, authorization and all.

    Of those that show everything that is what the loaders need when no two of them happen to be asked at once.
    """

    document: str
    most: int
    by_guest: bool = False


def of_hall(page: str, most: int) -> Page:
    used = "$hall: ID!, $n: Int!" if "$n" in page else "$hall: ID!"
    return Page(f"query ({used}) {{ room(by: {{ id: $hall }}) {{ {page} }} }}", most)


def of_viewer(page: str, most: int, *, by_guest: bool = False) -> Page:
    used = " ($n: Int!)" if "$n" in page else ""
    return Page(f"query{used} {{ viewer {{ {page} }} }}", most, by_guest)


NAME, PERSON = "{ id displayName }", "{ id username displayName avatarUrl }"
MESSAGE = f"""
  id version body sentAt editedAt deletedAt
  author {PERSON} mentions {NAME} attachments {{ name url width height }} reactions {{ emoji count users {NAME} }}
  replyTo {{ id body author {NAME} }}
"""
ROOM = """
  id title topic lastActivityAt memberCount onlineCount
  viewer { role unreadCount can { send } lastRead { id body } }
"""
ANY_MESSAGE, ANY_ROOM, ANY_MEMBER = everything("Message"), everything("Room"), everything("Member")

# As a client would ask for it: a long page costs no more than an operation may.
SHOWN: Mapping[str, Page] = {
    "messages": of_hall(f"messages(last: $n) {{ nodes {{ {MESSAGE} }} }}", 8),
    "messages that were found": of_hall(f'messages(last: $n, matching: "salaam") {{ nodes {{ {MESSAGE} }} }}', 8),
    "members": of_hall("members(first: $n) { nodes { role joinedAt user { displayName isOnline } } }", 6),
    "people online": of_hall(f"online(first: $n) {{ nodes {{ since user {PERSON} }} }}", 5),
    "bans": of_hall(f"bans(first: $n) {{ nodes {{ at user {PERSON} by {PERSON} }} }}", 4),
    "events": of_hall(
        f"events(first: $n) {{ frames {{ event {{ ... on MessageSent {{ message {{ {MESSAGE} }} }} }} }} }}", 11
    ),
    "rooms": Page(f"query ($n: Int!) {{ rooms(first: $n) {{ nodes {{ {ROOM} }} }} }}", 8),
    "one's rooms": of_viewer(f"rooms(first: $n) {{ nodes {{ {ROOM} }} }}", 8),
    "mentions": of_viewer(f"mentionedIn(last: $n) {{ nodes {{ {MESSAGE} }} }}", 8),
    "invitations": of_hall(f"invitations {{ code invitee {PERSON} invitedBy {PERSON} }}", 4),
    "one's invitations": of_viewer("invitations { room { title memberCount } }", 4, by_guest=True),
}
WHOLE: Mapping[str, Page] = {
    "messages": of_hall(f"messages(last: $n) {{ nodes {{ {ANY_MESSAGE} }} }}", 32),
    "members": of_hall(f"members(first: $n) {{ nodes {{ {ANY_MEMBER} }} }}", 12),
    "people online": of_hall(f"online(first: $n) {{ nodes {{ {everything('Presence')} }} }}", 12),
    "bans": of_hall(f"bans(first: $n) {{ nodes {{ {everything('Ban')} }} }}", 10),
    "events": of_hall(f"events(first: $n) {{ frames {{ event {{ {everything('RoomEvent')} }} }} }}", 32),
    "rooms": Page(f"query ($n: Int!) {{ rooms(first: $n) {{ nodes {{ {ANY_ROOM} }} }} }}", 20),
    "one's rooms": of_viewer(f"rooms(first: $n) {{ nodes {{ {ANY_ROOM} }} }}", 20),
    "mentions": of_viewer(f"mentionedIn(last: $n) {{ nodes {{ {ANY_MESSAGE} }} }}", 32),
    "invitations": of_hall(f"invitations {{ {everything('Invitation')} }}", 12),
    "one's invitations": of_viewer(f"invitations {{ {everything('Invitation')} }}", 12, by_guest=True),
}


async def test_a_page_as_it_is_shown_takes_few_queries_however_long_it_is() -> None:
    assert await over(SHOWN) == {}


async def test_a_page_with_everything_takes_a_bounded_number_of_queries(settings: Settings) -> None:
    settings.DOCUMENT_MAX_COST = settings.DOCUMENT_MAX_TOKENS = 1_000_000
    assert await over(WHOLE) == {}


async def over(pages: Mapping[str, Page]) -> dict[str, list[str]]:
    """The statements of those that take more than they may, short or long."""
    crowd = await database.run(Crowd)
    found = {}
    for name, page in pages.items():
        for length in (5, SIZE):
            given = {"n": length, "hall": crowd.hall}
            variables = {key: value for key, value in given.items() if f"${key}" in page.document}
            context = Context(reader=crowd.guest if page.by_guest else crowd.host, origin="tests")
            with statements() as sent:
                answer = await schema.execute(page.document, variables, context_value=context)
            assert not answer.errors, (name, answer.errors)
            assert longest(answer.data) == variables.get("n", SIZE), name
            if len(sent) > page.most:
                found[f"{name}, {length} of them"] = sent
    return found


def test_whatever_is_a_page_is_counted() -> None:
    """A list that is asked for page by page, of whatever type."""
    paged = {
        f"{type_name}.{name}"
        for type_name, type_ in schema._schema.type_map.items()
        if isinstance(type_, GraphQLObjectType)
        for name, field in type_.fields.items()
        if is_page(field)
    }
    assert paged == {
        *("Query.rooms", "Viewer.rooms", "Viewer.mentionedIn", "Viewer.invitations"),
        *("Room.members", "Room.messages", "Room.online", "Room.bans", "Room.events", "Room.invitations"),
    }, "count it above"


def longest(data: Any) -> int:
    """The length of the longest list in it."""
    if isinstance(data, list):
        return max(len(data), *map(longest, data), 0)
    return max(map(longest, data.values()), default=0) if isinstance(data, dict) else 0


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile, on whichever thread."""
    sent: list[str] = []
    execute = CursorWrapper.execute

    def noted(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        sent.append(str(sql))
        return execute(self, sql, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", noted)
        yield sent
