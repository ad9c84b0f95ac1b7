"""People and rooms for a benchmark, by the row: ten thousand could not all register in its time."""

import secrets
from typing import Any

from django.utils.timezone import now

from backend.accounts import tokens
from backend.accounts.credentials import Credential, Viewer
from backend.accounts.models import PersonalToken, User
from backend.chat import members
from backend.chat.models import Membership
from backend.folding import fold
from chat_schema.nodes import global_id

_Guest = tuple[Viewer, str]


class Guests:
    """Real accounts with a real token each. They have no password: to hash one is slow on purpose."""

    def __init__(self) -> None:
        self._guests: list[_Guest] = []

    def furnish(self, address: str, first: int, count: int) -> tuple[dict[str, Any], list[Viewer]]:
        """A room with the guests of these numbers in it: what a client has to know, and who may speak there."""
        self._invite(first + count - len(self._guests))
        inside = self._guests[first : first + count]
        (owner, _), *others = inside
        room_id = members.enter_room(viewer=owner, address=address).room.id
        there_before = (Membership(room_id=room_id, user_id=viewer.id, joined_at=now()) for viewer, _ in others)
        Membership.objects.bulk_create(there_before)
        described = {"key": room_id, "id": global_id("Room", room_id), "tokens": [secret for _, secret in inside]}
        return described, [viewer for viewer, _ in inside]

    def _invite(self, count: int) -> None:
        names = [f"guest.{number:05}" for number in range(len(self._guests), len(self._guests) + count)]
        people = User.objects.bulk_create(
            User(username=name, username_folded=fold(name), display_name=name.title().replace(".", " "), password="!")
            for name in names
        )
        given = [secrets.token_urlsafe(32) for _ in people]
        rows = PersonalToken.objects.bulk_create(
            PersonalToken(user=person, name="benchmark", digest=tokens.digest(secret))
            for person, secret in zip(people, given, strict=True)
        )
        for person, row, secret in zip(people, rows, given, strict=True):
            credential = Credential(kind="token", key=str(row.pk), user_id=person.pk, epoch=0)
            self._guests.append((Viewer(id=person.pk, is_staff=False, credential=credential), secret))
