"""Messages: history, sending, editing, deleting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry
from django.conf import settings
from strawberry import UNSET

from backend import database
from backend.chat import facts, history, messages, policies
from backend.chat.drafts import Draft
from backend.chat.pages import Window, bad_size
from backend.chat.policies import Action
from backend.errors import Invalid
from backend.languages import text
from backend.loops import PerLoop
from chat_schema import pages
from chat_schema.attachments import Attachment
from chat_schema.context import Info, Input
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import (
    ConflictProblem,
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.profiles import User
from chat_schema.rooms import Room
from chat_schema.scalars import Cursor


@strawberry.type(description="What the viewer may do with a message.")
class MessageViewer:
    can_edit: bool = strawberry.field(description="`editMessage`.")
    can_delete: bool = strawberry.field(description="`deleteMessage`.")
    reactions: list[str] = strawberry.field(description="The emoji that the viewer has reacted with.")


@strawberry.type(description="All who reacted to a message with one emoji.")
class Reaction:
    user_ids: strawberry.Private[tuple[int, ...]]
    emoji: str = strawberry.field(description="One emoji, in the form that asks for its colours.")
    count: int = strawberry.field(description="How many people.")

    @strawberry.field(description="The first of them.")
    async def users(
        self,
        info: Info,
        first: Annotated[
            int, strawberry.argument(description=f"At most so many, up to {settings.PAGE_MAX_SIZE}.")
        ] = settings.REACTING_USERS,
    ) -> list[User]:
        if not 0 <= first <= settings.PAGE_MAX_SIZE:
            raise bad_size("first")
        return await users_of(info, self.user_ids[:first])

    @classmethod
    def of(cls, reactions: facts.Reactions) -> "Reaction":
        return cls(user_ids=reactions.user_ids, emoji=reactions.emoji, count=len(reactions.user_ids))


@strawberry.type(description="Something said in a room.")
class Message(Node):
    fact: strawberry.Private[facts.Message]
    author: User = strawberry.field(description="Who said it.")
    body: str = strawberry.field(
        description="Plain text with its newlines, never HTML. Empty when deleted; may be so beside attachments."
    )
    sent_at: datetime = strawberry.field(description="When.")
    edited_at: datetime | None = strawberry.field(description="When it was last edited.")
    deleted_at: datetime | None = strawberry.field(description="When it was deleted.")
    version: int = strawberry.field(
        description="The log position of its last change: a reducer ignores what is older than what it has."
    )

    @strawberry.field(description="Where it was said.")
    async def room(self, info: Info) -> Room:
        room = await info.context.rooms.load(self.fact.room_id)
        assert room is not None, "a message has a room"
        return Room.of(room, info.context)

    @strawberry.field(description="The message that it answers, as that is now.")
    async def reply_to(self, info: Info) -> "Message | None":
        found = self.fact.reply_to and await info.context.messages.load(self.fact.reply_to)
        return Message.of(found) if found else None

    @strawberry.field(description="The members that it names as @username, found when it was sent.")
    async def mentions(self, info: Info) -> list[User]:
        return await users_of(info, self.fact.mentions)

    @strawberry.field(description="The files that were sent with it, in the order of the sender. None when deleted.")
    async def attachments(self, info: Info) -> list[Attachment]:
        ids = self.fact.attachments
        found = await info.context.attachments.load_many(ids) if ids else []
        return [Attachment.of(each) for each in found if each is not None]

    @strawberry.field(description="Each emoji that somebody reacted with, in the order in which they came first.")
    async def reactions(self, info: Info) -> list[Reaction]:
        return [Reaction.of(each) for each in await self._reactions(info)]

    async def _reactions(self, info: Info) -> list[facts.Reactions]:
        return await info.context.reactions.load(self.fact.id) if self.fact.reaction_count else []

    @strawberry.field(description="Null when the viewer is not a member of its room.")
    async def viewer(self, info: Info) -> MessageViewer | None:
        viewer = info.context.viewer
        membership = viewer and await info.context.own_memberships.load(self.fact.room_id)
        room = await info.context.rooms.load(self.fact.room_id)
        if not viewer or not membership or not room:
            return None
        held = membership.held
        there = self.fact.deleted_at is None
        own = self.fact.author.id == viewer.id

        def may(action: Action) -> bool:
            return there and policies.allows(action, is_private=room.is_private, held=held)

        return MessageViewer(
            can_edit=own and may(Action.EDIT_OWN),
            can_delete=may(Action.DELETE_ANY) or (own and may(Action.DELETE_OWN)),
            reactions=[each.emoji for each in await self._reactions(info) if viewer.id in each.user_ids],
        )

    @classmethod
    def of(cls, message: facts.Message) -> "Message":
        return cls(
            fact=message,
            id=global_id("Message", message.id),
            author=User.of(message.author),
            body=message.body,
            sent_at=message.sent_at,
            edited_at=message.edited_at,
            deleted_at=message.deleted_at,
            version=message.version,
        )


async def users_of(info: Info, ids: Sequence[int]) -> list[User]:
    found = await info.context.people.load_many(ids) if ids else []
    return [User.of(person) for person in found if person is not None]


async def messages_page(
    info: Info, room_id: int, *, window: Window, around: str | None, matching: str | None
) -> pages.Connection[Message]:
    reader = info.context.reader
    if around is None:
        page = await database.run(history.history, reader=reader, room_id=room_id, window=window, matching=matching)
    elif matching is not None:
        raise Invalid.field("matching", "UNSUPPORTED", text("Ask for `around` or for `matching`, not for both."))
    else:
        message_id = key_of("Message", around, "around")
        page = await database.run(
            history.history_around, reader=reader, room_id=room_id, message_id=message_id, window=window
        )
    return pages.connection(page, lambda message: message.seq, Message.of)


@strawberry.input(description="Something to say.")
class SendMessageInput:
    room: strawberry.ID = strawberry.field(description="Where: the room's id.")
    body: str = strawberry.field(description="Up to 4000 characters; newlines are kept. Empty only beside attachments.")
    key: strawberry.ID = strawberry.field(
        description=(
            "The client's idempotency key, 1 to 64 characters:"
            " the same key never sends twice, so retrying is always safe."
        )
    )
    reply_to: strawberry.ID | None = strawberry.field(default=UNSET, description="A message of this room.")
    attachments: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Files that were uploaded to this room for it, at most 10, in this order."
    )


@strawberry.input(description="Another text for one's own message.")
class EditMessageInput:
    message: strawberry.ID = strawberry.field(description="The message's id.")
    body: str = strawberry.field(description="Up to 4000 characters. Empty only if it has attachments.")


@strawberry.input(description="A message to delete.")
class DeleteMessageInput:
    message: strawberry.ID = strawberry.field(description="The message's id.")


@strawberry.type(description="The message is in the room's log.")
class MessageAccepted:
    message: Message = strawberry.field(description="As it is now.")
    cursor: Cursor = strawberry.field(description="The position of its last change.")
    duplicate: bool = strawberry.field(description="It had been sent before, with this key.")


SendMessageResult = Annotated[
    MessageAccepted
    | InvalidProblem
    | ConflictProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("SendMessageResult", description="What came of `sendMessage`."),
]
EditMessageResult = Annotated[
    MessageAccepted | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("EditMessageResult", description="What came of `editMessage`."),
]
DeleteMessageResult = Annotated[
    MessageAccepted | InvalidProblem | ForbiddenProblem | NotFoundProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("DeleteMessageResult", description="What came of `deleteMessage`."),
]


# What is said in a room while others say something there is sent together, one of each author at a time.
_said = PerLoop(lambda: database.Gatherings(messages.send_messages, asker=lambda draft: draft.viewer.id))


@strawberry.type
class MessageMutation:
    @strawberry.mutation(description="Say something in a room.")
    async def send_message(self, info: Info, input: Input[SendMessageInput]) -> SendMessageResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        draft = Draft(
            viewer=viewer,
            body=input.body,
            key=input.key,
            reply_to=key_of("Message", input.reply_to, "replyTo") if input.reply_to else None,
            attachment_ids=[key_of("Attachment", each, "attachments") for each in input.attachments or ()],
        )
        return _accepted(await _said().ask(room_id, draft))

    @strawberry.mutation(description="Change one's own message.")
    async def edit_message(self, info: Info, input: Input[EditMessageInput]) -> EditMessageResult:
        viewer, message_id = info.context.require_viewer(), key_of("Message", input.message, "message")
        edit = messages.edit_message
        return _accepted(await database.run(edit, viewer=viewer, message_id=message_id, body=input.body))

    @strawberry.mutation(description="Blank a message for good: one's own, or as a moderator anybody's.")
    async def delete_message(self, info: Info, input: Input[DeleteMessageInput]) -> DeleteMessageResult:
        viewer, message_id = info.context.require_viewer(), key_of("Message", input.message, "message")
        return _accepted(await database.run(messages.delete_message, viewer=viewer, message_id=message_id))


def _accepted(accepted: messages.Accepted) -> MessageAccepted:
    return MessageAccepted(
        message=Message.of(accepted.message), cursor=Cursor(accepted.cursor), duplicate=accepted.duplicate
    )
