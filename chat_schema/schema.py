"""The manifest: merges the nouns, lists the extensions. No resolver here."""

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from chat_schema.accounts import AccountMutation
from chat_schema.attachments import AttachmentMutation
from chat_schema.avatars import AvatarMutation
from chat_schema.blocking import BlockingMutation
from chat_schema.documents import CheckDocuments
from chat_schema.errors import PresentErrors
from chat_schema.events import RoomSubscription
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


class Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: `PresentErrors` logs what is worth it, with the id that the client is told."""


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
    extensions=[PresentErrors, CheckDocuments],
    exception_handlers=HANDLERS,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
)
