"""The cache that the law is tested with sees what it has to: a test that cannot fail is worse than none."""

from typing import Any

from tests.chat_schema.replay.cache import Cache, Fields

ALI: Fields = {"id": "ali", "username": "ali"}
SALAAM: Fields = {"id": "salaam", "version": 2, "body": "Salaam", "author": ALI}
ROOM: Fields = {
    "id": "room",
    "cursor": "1",
    "memberCount": 1,
    "members": {"nodes": [{"id": "member", "leftAt": None, "user": ALI}]},
    "messages": {"nodes": [SALAAM]},
}


def frame(type_name: str, **fields: Any) -> Fields:
    return {"cursor": "2", "event": {"__typename": type_name, **fields}}


def test_what_is_the_same_differs_in_nothing_but_its_cursor() -> None:
    assert Cache(ROOM).differences(Cache({**ROOM, "cursor": "9"})) == {}


def test_whatever_is_shown_otherwise_is_a_difference() -> None:
    for room in (
        {**ROOM, "memberCount": 2},
        {**ROOM, "members": {"nodes": []}},
        {**ROOM, "messages": {"nodes": [{**SALAAM, "body": "Salaam!"}]}},
        {**ROOM, "messages": {"nodes": [{**SALAAM, "author": {"id": "vera", "username": "vera"}}]}},
        {**ROOM, "messages": {"nodes": [SALAAM, {**SALAAM, "id": "another"}]}},
        None,
    ):
        assert Cache(ROOM).differences(Cache(room)), room
        assert Cache(room).differences(Cache(ROOM)), room


def test_a_person_who_has_another_name_has_it_wherever_they_are_shown() -> None:
    cache = Cache(ROOM)
    renamed = {"id": "ali", "username": "aladdin"}
    cache.apply(frame("MemberChanged", member={"id": "member", "leftAt": None, "user": renamed}))
    fresh = {**ROOM, "messages": {"nodes": [{**SALAAM, "author": renamed}]}}
    fresh["members"] = {"nodes": [{"id": "member", "leftAt": None, "user": renamed}]}
    assert cache.differences(Cache(fresh)) == {}


def test_a_message_that_is_older_than_what_is_there_changes_nothing() -> None:
    cache = Cache(ROOM)
    cache.apply(frame("MessageSent", message={**SALAAM, "version": 1, "body": "Slaam"}))
    assert cache.differences(Cache(ROOM)) == {}
    cache.apply(frame("MessageEdited", message={**SALAAM, "version": 3, "body": "Salaam!"}))
    assert cache.differences(Cache(ROOM)) == {"salaam version": (3, 2), "salaam body": ("Salaam!", "Salaam")}


def test_who_has_left_is_in_the_list_no_more_and_who_came_is() -> None:
    cache = Cache(ROOM)
    came = {"id": "other", "leftAt": None, "user": {"id": "vera", "username": "vera"}}
    cache.apply(frame("MemberJoined", member=came))
    cache.apply(frame("MemberLeft", member={"id": "member", "leftAt": "now", "user": ALI}))
    assert cache.differences(Cache({**ROOM, "members": {"nodes": [came]}})) == {}


def test_an_event_that_it_does_not_know_changes_nothing_but_the_cursor() -> None:
    cache = Cache(ROOM)
    cache.apply(frame("Earthquake"))
    assert (cache.differences(Cache(ROOM)), cache.cursor) == ({}, "2")
