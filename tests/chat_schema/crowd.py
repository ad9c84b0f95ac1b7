"""A house so full that no two entries of a page show the same: what is looked up for each one is looked up often."""

from collections.abc import Sequence
from datetime import timedelta

from backend.accounts.models import User
from backend.chat import events, search
from backend.chat.models import Attachment, Ban, Invitation, Membership, Mention, Message, Reaction, Room, RoomEvent
from backend.database import now
from backend.presence.models import Lease, Presence, Roster
from chat_schema.nodes import global_id
from tests.accounts import people
from tests.chat.steps import enter

# As many as a page has by default.
SIZE = 50


class Crowd:
    """The host owns the hall, where everybody is, and is in everybody's own room. The guest is only invited there.

    The rows are as the domain writes them, but all at once: one by one they take half a minute.
    """

    def __init__(self) -> None:
        self.host, self.guest = people.viewer("host"), people.viewer("guest")
        hall = enter(self.host, "hall")
        self.hall = global_id("Room", hall)
        self._at = now()
        self._people = _people("person")
        self._fill_hall(hall)
        self._fill_rooms()

    def _fill_hall(self, hall: int) -> None:
        banned = _people("banned")
        members = Membership.objects.bulk_create(
            Membership(room_id=hall, user=each, joined_at=self._at) for each in self._people
        )
        Ban.objects.bulk_create(
            Ban(room_id=hall, user=user, by=by) for user, by in zip(banned, self._people, strict=True)
        )
        Invitation.objects.bulk_create(
            Invitation(room_id=hall, code=f"hall {number}", invitee=user, invited_by=by)
            for number, (user, by) in enumerate(zip(banned, self._people, strict=True))
        )
        lease = Lease.objects.create(id="tests", renewed_at=self._at, expires_at=self._at + timedelta(days=1))
        Presence.objects.bulk_create(
            Presence(lease=lease, room_id=hall, user=each, since=self._at) for each in self._people
        )
        Roster.objects.create(room_id=hall, people=SIZE)
        answered = self._say([hall] * SIZE, [None] * SIZE, seq=1)
        messages = self._say([hall] * SIZE, answered, seq=1 + SIZE)
        happened: list[events.RoomEvent] = []
        for message, member, by in zip(messages, members, _shifted(self._people, 3), strict=True):
            happened += (
                events.MessageSent(message=message.pk),
                events.MemberChanged(member=member.pk, by=by.pk),
                events.ReactionAdded(message=message.pk, by=by.pk, emoji="🍵"),
            )
        RoomEvent.objects.bulk_create(
            RoomEvent(room_id=hall, seq=seq, tag=0, at=self._at, data=events.store(event))
            for seq, event in enumerate(happened, start=2)
        )
        Room.objects.filter(pk=hall).update(head=1 + len(happened), head_tag=0)

    def _fill_rooms(self) -> None:
        rooms = Room.objects.bulk_create(
            Room(address=name, address_folded=name, title=name) for name in (f"room {number}" for number in range(SIZE))
        )
        read = self._say([each.pk for each in rooms], [None] * SIZE, seq=1)
        Membership.objects.bulk_create(
            Membership(room=room, user_id=self.host.id, joined_at=self._at, last_read=message)
            for room, message in zip(rooms, read, strict=True)
        )
        Invitation.objects.bulk_create(
            Invitation(room=room, code=room.address, invitee_id=self.guest.id, invited_by=by)
            for room, by in zip(rooms, self._people, strict=True)
        )

    def _say(self, rooms: Sequence[int], answered: Sequence[Message | None], *, seq: int) -> list[Message]:
        """Each by somebody else. It answers somebody, names the host and another, and a third reacts to it."""
        messages = Message.objects.bulk_create(
            Message(
                room_id=room,
                author=author,
                seq=number,
                number=number,
                version=number,
                body="Salaam",
                search=search.indexed(room, "Salaam"),
                key=str(number),
                reply_to=reply_to,
                mentions=[self.host.id, named.pk],
                reaction_count=1,
                sent_at=self._at,
            )
            for number, (room, author, named, reply_to) in enumerate(
                zip(rooms, self._people, _shifted(self._people, 1), answered, strict=True), start=seq
            )
        )
        Mention.objects.bulk_create(Mention(message=each, user_id=self.host.id) for each in messages)
        Reaction.objects.bulk_create(
            Reaction(message=message, user=user, emoji="🍵")
            for message, user in zip(messages, _shifted(self._people, 2), strict=True)
        )
        attached = Attachment.objects.bulk_create(
            Attachment(room_id=each.room_id, uploader=each.author, message=each, key=f"{each.pk}", name="tea", size=1)
            for each in messages
        )
        for message, attachment in zip(messages, attached, strict=True):
            message.attachments = [attachment.pk]
        Message.objects.bulk_update(messages, ["attachments"])
        return messages


def _people(name: str) -> list[User]:
    names = [f"{name}{number}" for number in range(SIZE)]
    return User.objects.bulk_create(User(username=each, username_folded=each, avatar=each) for each in names)


def _shifted(users: list[User], by: int) -> list[User]:
    return users[by:] + users[:by]
