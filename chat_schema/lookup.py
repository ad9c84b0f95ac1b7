"""`node` and `nodes`: anything by its global id, if the viewer may know of it."""

import asyncio
from typing import Annotated

import strawberry
from django.conf import settings

from backend import database
from backend.accounts import credentials, tokens, users
from backend.chat import attachments, invitations, members, messages, moderation, rooms
from backend.errors import Invalid
from backend.languages import plural
from chat_schema.attachments import Attachment
from chat_schema.context import Info
from chat_schema.invitations import Invitation
from chat_schema.members import Member
from chat_schema.messages import Message
from chat_schema.moderation import Ban
from chat_schema.nodes import Node, split
from chat_schema.profiles import PersonalToken, User, Viewer
from chat_schema.rooms import Room


@strawberry.type
class NodeQuery:
    @strawberry.field(description="Anything with an id; null if there is none that the viewer may know of.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Any global id.")]
    ) -> Node | None:
        return await _find(info, id)

    @strawberry.field(description="The same for at most 100 ids, in their order.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids.")]
    ) -> list[Node | None]:
        if len(ids) > settings.NODES_MAX:
            raise Invalid.field("ids", "TOO_LONG", plural("At most {n} id.", "At most {n} ids.", settings.NODES_MAX))
        return await asyncio.gather(*(_find(info, each) for each in ids))


async def _find(info: Info, value: str) -> Node | None:
    viewer = info.context.require_viewer()
    type_name, key = split(value) or ("", 0)
    match type_name:
        case "Room":
            room = await database.run(rooms.find_room, reader=viewer, room_id=key)
            return None if room is None else Room.of(room, info.context)
        case "Message":
            message = await database.run(messages.find_message, reader=viewer, message_id=key)
            return None if message is None else Message.of(message)
        case "Attachment":
            attachment = await database.run(attachments.find_attachment, reader=viewer, attachment_id=key)
            return None if attachment is None else Attachment.of(attachment)
        case "Member":
            member = await database.run(members.find_member, reader=viewer, member_id=key)
            return None if member is None else Member.of(member)
        case "Ban":
            ban = await database.run(moderation.find_ban, reader=viewer, ban_id=key)
            return None if ban is None else Ban.of(ban)
        case "Invitation":
            invitation = await database.run(invitations.find_invitation, reader=viewer, invitation_id=key)
            return None if invitation is None else Invitation.of(invitation)
        case _:
            return await _find_person(viewer, type_name, key)


async def _find_person(viewer: credentials.Viewer, type_name: str, key: int) -> Node | None:
    """Or what is theirs, wherever they are."""
    match type_name:
        case "User":
            people = await database.run(users.people, [key])
            return User.of(people[key]) if key in people else None
        case "Viewer":
            return Viewer.of(await database.run(users.account, viewer.id)) if key == viewer.id else None
        case "PersonalToken":
            own = await database.run(tokens.tokens, user_id=viewer.id)
            return next((PersonalToken.of(each) for each in own if each.id == key), None)
        case _:
            return None
