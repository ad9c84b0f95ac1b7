"""Attachments: files, uploaded to a room, that are sent with a message."""

from typing import Annotated

import strawberry

from backend import uploads
from backend.chat import attachments, facts
from chat_schema.context import Info, Input
from chat_schema.nodes import Node, global_id, key_of
from chat_schema.problems import (
    ForbiddenProblem,
    InvalidProblem,
    NotFoundProblem,
    RateLimitedProblem,
    UnauthenticatedProblem,
)
from chat_schema.scalars import Upload
from chat_schema.uploads import sent_file


@strawberry.type(description="A file that was sent with a message, or, to its uploader, one that is about to be.")
class Attachment(Node):
    name: str = strawberry.field(description="As its uploader called it, with an end that says what it is.")
    url: str = strawberry.field(
        description="Where it is, for members of its room, who prove it as for any request. It never changes."
    )
    media_type: str = strawberry.field(description="What it is served as; of a picture always image/webp.")
    bytes: int = strawberry.field(description="Its length.")
    width: int | None = strawberry.field(description="Of a picture, in pixels.")
    height: int | None = strawberry.field(description="Of a picture, in pixels.")

    @classmethod
    def of(cls, attachment: facts.Attachment) -> "Attachment":
        return cls(
            id=global_id("Attachment", attachment.id),
            name=attachment.name,
            url=attachments.url(attachment),
            media_type=attachment.media_type,
            bytes=attachment.size,
            width=attachment.width,
            height=attachment.height,
        )


@strawberry.input(description="A file for a message that is to be sent.")
class UploadAttachmentInput:
    room: strawberry.ID = strawberry.field(description="Where it will be sent: the room's id.")
    file: Upload = strawberry.field(
        description=(
            "A JPEG, PNG, WebP or GIF picture, whatever its name, or a file of a kind that is taken, by its name:"
            " docs/protocol.md lists them."
        )
    )


@strawberry.type(description="The file is here.")
class AttachmentUploaded:
    attachment: Attachment = strawberry.field(description="Send it within a day, or it goes.")


UploadAttachmentResult = Annotated[
    AttachmentUploaded
    | InvalidProblem
    | ForbiddenProblem
    | NotFoundProblem
    | UnauthenticatedProblem
    | RateLimitedProblem,
    strawberry.union("UploadAttachmentResult", description="What came of `uploadAttachment`."),
]


@strawberry.type
class AttachmentMutation:
    @strawberry.mutation(
        description=(
            "Upload a file, for `sendMessage` to send with a message. Of a picture what is seen is kept, and of what"
            " moves the first frame. HTTP only, as a multipart request."
        )
    )
    async def upload_attachment(self, info: Info, input: Input[UploadAttachmentInput]) -> UploadAttachmentResult:
        viewer, room_id = info.context.require_viewer(), key_of("Room", input.room, "room")
        file = sent_file(info.context, input.file, mutation="uploadAttachment")
        upload = attachments.upload_attachment
        kept = await uploads.workers.run(upload, viewer=viewer, room_id=room_id, file=file.content, name=file.name)
        return AttachmentUploaded(attachment=Attachment.of(kept))
