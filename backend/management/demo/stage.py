"""Sets the stage: the people of the script, their rooms, and what has been said there. Done twice, it is done once."""

from base64 import b32encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import NamedTuple

from django.core.management import CommandError
from django.utils.crypto import salted_hmac

from backend.accounts import credentials, passwords, tokens, users
from backend.accounts.credentials import Viewer
from backend.chat import members, messages, people, reactions, rooms
from backend.errors import Invalid, NotFound, Unauthenticated
from backend.management.demo import tiles
from backend.management.demo.script import Line, Person, Room, Script
from backend.management.interrupts import between_steps
from backend.management.progress import Progress

_NAME = "demo"  # of the tokens
_TOKENS = 5  # of one person: of demos that run beside this one, or were killed


class Actor(NamedTuple):
    """Somebody of the script, and the secret of a token that is theirs for as long as the demo runs."""

    viewer: Viewer
    secret: str
    token_id: int


Cast = Mapping[str, Actor]


def password(username: str) -> str:
    """Of a person of the demo: made from the secret key, so another in each installation, and kept nowhere."""
    digest = salted_hmac("backend.management.demo", username, algorithm="sha256").digest()
    letters = b32encode(digest[:10]).decode().lower()  # 80 bits
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


@contextmanager
def cast(script: Script) -> Iterator[Cast]:
    """The people of the script, by name; those who are not there yet come. Their tokens end with the block.

    Raises `CommandError` where somebody else has one of the names.
    """
    found: dict[str, Actor] = {}
    try:
        with Progress("people", of=len(script.people) + 1) as progress, between_steps() as check:
            for person in (script.guest, *script.people):
                found[person.username] = _actor(person)
                progress.add()
                check()
        yield found
    finally:
        for actor in found.values():
            with suppress(NotFound):  # it has been ended by somebody else
                tokens.revoke_token(user_id=actor.viewer.id, token_id=actor.token_id)


def play(script: Script, actors: Cast) -> Mapping[str, int]:
    """Have all that is said be said; the ids of the rooms, by address."""
    ids = {}
    with Progress("messages", of=sum(len(room.lines) for room in script.rooms)) as progress, between_steps() as check:
        for room in script.rooms:
            ids[room.address] = room_id = _furnish(room, actors, guest=script.guest.username)
            said: dict[str, int] = {}
            for line in room.lines:
                said[line.id] = _say(
                    line, actors, room_id=room_id, reply_to=said[line.answers] if line.answers else None
                )
                progress.add()
                check()
    return ids


def _actor(person: Person) -> Actor:
    user_id = _account(person)
    ours = [token for token in tokens.tokens(user_id=user_id) if token.name == _NAME]
    for old in ours[_TOKENS - 1 :]:
        tokens.revoke_token(user_id=user_id, token_id=old.id)
    token, secret = tokens.create_token(user_id=user_id, name=_NAME)
    viewer = credentials.from_token(secret)
    assert viewer is not None, "it was just made"
    if not users.profiles([user_id])[user_id].bio:
        people.update_profile(viewer=viewer, changes=users.Changes(bio=person.bio))
    if not users.account(user_id).person.avatar:
        people.set_avatar(viewer=viewer, file=BytesIO(tiles.tile(person.username)))
    return Actor(viewer, secret, token.id)


def _account(person: Person) -> int:
    """Who has the name may be somebody who registered it: only the password tells that it is ours."""
    name, secret = person.username, password(person.username)
    known = users.find(name)
    if known is None:
        account = users.register(
            username=name,
            password=secret,
            origin="demo",
            display_name=person.display_name,
            locale=person.locale,
        )
        return account.person.id
    try:
        passwords.prove(user_id=known.id, current=secret)
    except (Invalid, Unauthenticated) as error:
        raise CommandError(f"Somebody else is called {name} here: run the demo on a database of its own.") from error
    return known.id


def _furnish(room: Room, actors: Cast, *, guest: str) -> int:
    """The room with everybody in it."""
    owner, *others = (actors[name].viewer for name in (*room.people, guest))
    room_id = members.enter_room(viewer=owner, address=room.address).room.id
    rooms.update_room(viewer=owner, room_id=room_id, changes=rooms.Changes(title=room.title, topic=room.topic))
    for viewer in others:
        members.enter_room(viewer=viewer, address=room.address)
    return room_id


def _say(line: Line, actors: Cast, *, room_id: int, reply_to: int | None) -> int:
    """The id of the message, edited and reacted to."""
    viewer = actors[line.by].viewer
    sent = messages.send_message(viewer=viewer, room_id=room_id, body=line.sent, key=line.key, reply_to=reply_to)
    message_id = sent.message.id
    if sent.message.deleted_at is not None:  # since it was said
        return message_id
    if line.at_first:
        messages.edit_message(viewer=viewer, message_id=message_id, body=line.body)
    for emoji, names in line.reactions.items():
        for name in names:
            reactions.add_reaction(viewer=actors[name].viewer, message_id=message_id, emoji=emoji)
    return message_id
