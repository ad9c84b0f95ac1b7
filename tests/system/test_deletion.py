"""What is deleted in one process is gone in the other too, at once: from streams, from memory, from replays."""

import secrets

from tests.system.conftest import Cluster
from tests.system.follower import Follower
from tests.system.person import PASSWORD, Person

DELETE_MESSAGE = "mutation ($id: ID!) { done: deleteMessage(input: { message: $id }) { __typename } }"
DELETE_ACCOUNT = "mutation ($word: String!) { done: deleteAccount(input: { currentPassword: $word }) { __typename } }"
DELETE_ROOM = "mutation ($id: ID!) { done: deleteRoom(input: { room: $id }) { __typename } }"


def test_a_message(cluster: Cluster, people: list[Person]) -> None:
    ali, vera = people
    room, start = _both_enter(ali, vera)
    with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000) as follower:
        follower.wait_for("CaughtUp")
        message = ali.at(cluster.a.url).send(room, "gooseberries")["message"]["id"]
        follower.wait_for_messages(1)
        assert follower.bodies == ["gooseberries"]
        assert _done(ali, DELETE_MESSAGE, id=message) == "MessageAccepted"
        follower.wait_for("MessageDeleted", seconds=5)
        with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000, after=start) as again:
            again.wait_for("CaughtUp")
            assert again.bodies == [""], "the feed that showed it has it no more"


def test_an_account(cluster: Cluster, people: list[Person]) -> None:
    ali, vera = people
    room, start = _both_enter(ali, vera)
    ali.send(room, "salam")
    follower = Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000, after=start)
    own = Follower(ws_url=cluster.b.ws_url, token=ali.token, room=room, until=1000)
    with follower, own:
        follower.wait_for("CaughtUp")
        own.wait_for("CaughtUp")
        assert ali.username in str(follower.frames)
        assert _done(ali.at(cluster.a.url), DELETE_ACCOUNT, word=PASSWORD) == "AccountDeleted"
        follower.wait_for("MemberLeft", seconds=5)
        assert own.ended(seconds=10) in (0, 1), "it is told that it has ended, or its token is refused, for good"
        with Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000, after=start) as again:
            again.wait_for("CaughtUp")
            assert again.bodies == ["salam"]
            assert ali.username not in str(again.frames)


def test_a_room(cluster: Cluster, people: list[Person]) -> None:
    ali, vera = people
    room, _ = _both_enter(ali, vera)
    here = Follower(ws_url=cluster.a.ws_url, token=vera.token, room=room, until=1000)
    there = Follower(ws_url=cluster.b.ws_url, token=vera.token, room=room, until=1000)
    with here, there:
        for follower in (here, there):
            follower.wait_for("CaughtUp")
        assert _done(vera.at(cluster.a.url), DELETE_ROOM, id=room) == "RoomDeleted"
        for follower in (here, there):
            follower.wait_for("StreamEnded", seconds=5)
            assert follower.ended(seconds=10) == 0
            told = [frame["type"] for frame in follower.frames if frame["type"] != "OnlineChanged"]
            assert told == ["CaughtUp", "StreamEnded"]


def _both_enter(ali: Person, vera: Person) -> tuple[str, str]:
    """A room that Vera has made, and its position before Ali came."""
    address = f"room {secrets.token_hex(4)}"
    entered = vera.enter(address)
    ali.enter(address)
    return entered["room"]["id"], entered["cursor"]


def _done(person: Person, mutation: str, **variables: str) -> str:
    type_name: str = person.gql(mutation, **variables)["done"]["__typename"]
    return type_name
