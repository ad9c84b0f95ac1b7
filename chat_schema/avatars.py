"""Avatars: set and removed. What they are is told by `User.avatarUrl`."""

from typing import Annotated

import strawberry

from backend import database, uploads
from backend.chat import people
from chat_schema.context import Info, Input
from chat_schema.problems import InvalidProblem, RateLimitedProblem, UnauthenticatedProblem
from chat_schema.profiles import ProfileUpdated, Viewer
from chat_schema.scalars import Upload
from chat_schema.uploads import sent_file


@strawberry.input(description="A picture to be known by.")
class SetAvatarInput:
    file: Upload = strawberry.field(
        description="JPEG, PNG, WebP or GIF, whatever its name. Its middle is shown; of what moves, the first frame."
    )


SetAvatarResult = Annotated[
    ProfileUpdated | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("SetAvatarResult", description="What came of `setAvatar`."),
]
RemoveAvatarResult = Annotated[
    ProfileUpdated | InvalidProblem | UnauthenticatedProblem | RateLimitedProblem,
    strawberry.union("RemoveAvatarResult", description="What came of `removeAvatar`."),
]


@strawberry.type
class AvatarMutation:
    @strawberry.mutation(
        description=(
            "Show a picture, in the place of any before; it is told in all rooms that one is in."
            " HTTP only, as a multipart request."
        )
    )
    async def set_avatar(self, info: Info, input: Input[SetAvatarInput]) -> SetAvatarResult:
        viewer = info.context.require_viewer()
        file = sent_file(info.context, input.file, mutation="setAvatar")
        account = await uploads.workers.run(people.set_avatar, viewer=viewer, file=file.content)
        return ProfileUpdated(viewer=Viewer.of(account))

    @strawberry.mutation(description="Show no picture any more; it is told in all rooms that one is in.")
    async def remove_avatar(self, info: Info) -> RemoveAvatarResult:
        viewer = info.context.require_viewer()
        return ProfileUpdated(viewer=Viewer.of(await database.run(people.remove_avatar, viewer=viewer)))
