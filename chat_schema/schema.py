"""The manifest: merges the nouns. No resolver here."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from chat_schema.accounts import AccountMutation
from chat_schema.attachments import AttachmentMutation
from chat_schema.avatars import AvatarMutation
from chat_schema.blocking import BlockingMutation
from chat_schema.events import RoomSubscription
from chat_schema.execution import Schema
from chat_schema.invitations import InvitationMutation
from chat_schema.lobby import LobbySubscription
from chat_schema.lookup import NodeQuery
from chat_schema.members import MemberMutation
from chat_schema.messages import MessageMutation
from chat_schema.moderation import ModerationMutation
from chat_schema.problems import HANDLERS
from chat_schema.profiles import ProfileMutation, ProfileQuery
from chat_schema.reactions import ReactionMutation
from chat_schema.reading import ReadingMutation
from chat_schema.resets import ResetMutation
from chat_schema.rooms import RoomMutation, RoomQuery
from chat_schema.scalars import SCALARS
from chat_schema.typing import TypingMutation
from chat_schema.viewer_events import ViewerSubscription
from chat_schema.whispers import WhisperMutation


@strawberry.type(description="What can be read.")
class Query(NodeQuery, ProfileQuery, RoomQuery):
    pass


@strawberry.type(description="What can be changed. Expected failures are members of the result.")
class Mutation(
    AccountMutation,
    ResetMutation,
    ProfileMutation,
    AvatarMutation,
    BlockingMutation,
    RoomMutation,
    MemberMutation,
    MessageMutation,
    AttachmentMutation,
    ReactionMutation,
    ReadingMutation,
    ModerationMutation,
    InvitationMutation,
    TypingMutation,
    WhisperMutation,
):
    pass


@strawberry.type(description="Streams, served over graphql-transport-ws.")
class Subscription(RoomSubscription, ViewerSubscription, LobbySubscription):
    pass


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    exception_handlers=HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
