"""Two rooms with a history, who is there, and the ids of it all."""

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from typing import Any

from django.contrib.auth.tokens import default_token_generator

from backend.accounts import tokens
from backend.accounts.credentials import Credential, Viewer
from backend.accounts.models import User
from backend.chat import attachments, invitations, members, messages, moderation, reactions, rooms
from backend.chat import people as domain
from backend.chat.models import Role
from backend.chat.moderation import ModerationAction
from backend.chat.rooms import Changes
from chat_schema.nodes import global_id
from tests.accounts import people
from tests.chat.steps import enter
from tests.pictures import picture

Ids = Mapping[str, str]

ROOMS = ("tea", "garden")
# Vera watches. The host owns both rooms, the second moderates, Ali speaks; the muted, the gone (from the garden, but
# not from the tea house) and the banned are that. The outsider is nowhere, and neither are the staff.
PEOPLE = ("vera", "host", "second", "ali", "muted", "gone", "banned", "outsider", "staff")


class House:
    def __init__(self) -> None:
        self.people = {name: _person(name) for name in PEOPLE}
        self.keys: dict[str, tuple[str, int]] = {name: ("User", each.id) for name, each in self.people.items()}
        self.rooms = {name: enter(self.people["host"], name) for name in ROOMS}
        for name, room in self.rooms.items():
            self.keys[name] = ("Room", room)
            for each in ("vera", "ali", "second", "muted", "gone", "banned"):
                enter(self.people[each], name)
        domain.set_avatar(viewer=self.people["host"], file=BytesIO(picture()))
        self._speak()
        self._keep_order()
        self.more = self._secrets()

    @property
    def ids(self) -> Ids:
        return {**{name: global_id(*key) for name, key in self.keys.items()}, **self.more}

    def _speak(self) -> None:
        """Each kind of message stands in another, whose author is another: what becomes of it is shown there too."""
        say_in_tea = partial(self._say, "tea")
        say_in_tea("naming", "host", "Salaam @ali and @gone, @banned!")
        say_in_tea("first", "ali", "Salaam")
        say_in_tea("answer", "host", "And salaam to you, @ali", to="first")
        say_in_tea("answer to the answer", "ali", "Thank you", to="answer")
        say_in_tea("deleted", "ali", "What nobody should see")
        say_in_tea("answer to the deleted", "banned", "What was that?", to="deleted")
        self._say("garden", "in the garden", "gone", "Nobody here")
        self._say("garden", "answer in the garden", "ali", "Not even @gone?", to="in the garden")
        for name, file in (("sent", b"tea"), ("letter", b"more tea"), ("photo", picture())):
            self._upload(name, file)
        say_in_tea("with a file", "ali", "Look", attachment_ids=[self.keys["sent"][1]])
        messages.delete_message(viewer=self.people["ali"], message_id=self.keys["deleted"][1])
        for message, who in (("first", "gone"), ("first", "ali"), ("naming", "ali"), ("in the garden", "host")):
            reactions.add_reaction(viewer=self.people[who], message_id=self.keys[message][1], emoji="🍵")

    def _upload(self, name: str, content: bytes) -> None:
        ali, tea, file = self.people["ali"], self.rooms["tea"], BytesIO(content)
        uploaded = attachments.upload_attachment(viewer=ali, room_id=tea, file=file, name=f"{name}.txt")
        self.keys[name] = ("Attachment", uploaded.id)

    def _say(self, room: str, name: str, who: str, body: str, *, to: str | None = None, **more: Any) -> None:
        reply_to = self.keys[to][1] if to else None
        sent = messages.send_message(
            viewer=self.people[who], room_id=self.rooms[room], body=body, key=name, reply_to=reply_to, **more
        )
        self.keys[name] = ("Message", sent.message.id)

    def _keep_order(self) -> None:
        host, tea = self.people["host"], self.rooms["tea"]
        moderation.set_member_role(viewer=host, room_id=tea, user_id=self.people["second"].id, role=Role.MODERATOR)
        for who, action in (("muted", ModerationAction.MUTE), ("banned", ModerationAction.BAN)):
            moderation.moderate_member(viewer=host, room_id=tea, user_id=self.people[who].id, action=action)
        members.leave_room(viewer=self.people["gone"], room_id=self.rooms["garden"])
        rooms.update_room(viewer=host, room_id=self.rooms["garden"], changes=Changes(is_private=True))
        made = invitations.create_invitation(viewer=host, room_id=self.rooms["garden"], uses=1)
        self.keys["invitation"] = ("Invitation", made.id)
        self.code = made.code

    def _secrets(self) -> dict[str, str]:
        ali = self.people["ali"]
        token, _ = tokens.create_token(user_id=ali.id, name="tests")
        self.keys["token"] = ("PersonalToken", token.id)
        reset = default_token_generator.make_token(User.objects.get(pk=ali.id))
        return {"code": self.code, "reset": reset, "password": people.PASSWORD}


def _person(name: str) -> Viewer:
    user = people.person(name, is_staff=name == "staff", password=people.PASSWORD)
    credential = Credential(kind="session", key="tests", user_id=user.pk, epoch=user.credentials_epoch)
    return Viewer(id=user.pk, is_staff=user.is_staff, credential=credential)
