"""What a resolver may know of who asks, and the loaders of one execution.

There is a new Context for each operation, and for each event of a subscription: a loader remembers what it
loaded, and must not serve yesterday's name. A shared execution has *no viewer*, only an audience: reaching for
the viewer raises, so a result computed once for many can never hold what only one of them may see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, TypeVar

import strawberry
from django.db import Error as DatabaseError
from django.http import HttpRequest
from strawberry.dataloader import DataLoader

from backend import database, languages
from backend.accounts import users
from backend.accounts.credentials import Viewer
from backend.accounts.users import Person, Profile
from backend.chat import attachments, event_log, facts, messages, people, reactions, rooms
from backend.chat.people import Stats
from backend.chat.policies import Audience, Reader
from backend.chat.rooms import Own
from backend.errors import RateLimited, Unauthenticated
from backend.languages import Text
from backend.presence import rosters
from backend.presence.people import Whereabouts, whereabouts
from chat_schema.scalars import Cursor

K = TypeVar("K")
V = TypeVar("V")


class ViewerReached(Exception):
    """A shared execution asked who is looking. It is a fault of the schema: the field belongs under `viewer`."""


@dataclass
class Context:
    """`reader` is a person, an audience or nobody; `request` is there over HTTP alone, `cursor` in a stream.

    `origin` is the client's address in the network, `site` ours, as links begin with it.
    """

    reader: Reader
    origin: str
    site: str = ""
    request: HttpRequest | None = None
    # The place of the event that is shown.
    cursor: Cursor | None = None
    # What the client's header says, for those who have not chosen a language.
    accept_language: str = ""
    # The language of a stream, where that is settled.
    spoken: str | None = None
    # Strawberry hands it the payload of connection_init.
    connection_params: dict[str, Any] = field(default_factory=dict)

    @property
    def viewer(self) -> Viewer | None:
        if isinstance(self.reader, Audience):
            raise ViewerReached
        return self.reader

    def require_viewer(self) -> Viewer:
        """Raises `Unauthenticated`."""
        viewer = self.viewer
        if viewer is None:
            raise Unauthenticated
        return viewer

    async def language(self) -> str:
        """What to speak: what the viewer chose, else what their client asks for.

        Looked up when there is something to say, so that it is never an old choice, and costs nothing otherwise.
        """
        if self.spoken is not None:
            return self.spoken
        viewer = self.viewer
        try:
            chosen = await self.locales.load(viewer.id) if viewer else None
        except (DatabaseError, RateLimited):  # that may be what there is to say
            chosen = None
        return chosen or languages.preferred(self.accept_language)

    async def say(self, text: Text) -> str:
        return languages.say(text, await self.language())

    def cursor_of(self, room: facts.Room) -> Cursor:
        """The room's position before anything that is shown of it here: where it may be shown from twice, not after.

        Clients merge what one response says of a room. So it is the lowest head that was read, or in a stream the
        place of the event, whatever was read since.
        """
        if self.cursor is not None:
            return self.cursor
        lowest = self._lowest[room.id] = min(self._lowest.get(room.id, room), room, key=lambda each: each.head)
        return Cursor(event_log.head_cursor(lowest))

    @cached_property
    def _lowest(self) -> dict[int, facts.Room]:
        return {}

    @cached_property
    def rooms(self) -> DataLoader[int, facts.Room | None]:
        return _loader(rooms.rooms_by_id, None)

    @cached_property
    def member_counts(self) -> DataLoader[int, int]:
        return _loader(rooms.member_counts, 0)

    @cached_property
    def online_counts(self) -> DataLoader[int, int]:
        return _loader(rosters.online_counts, 0)

    @cached_property
    def whereabouts(self) -> DataLoader[int, Whereabouts]:
        return _loader(whereabouts, Whereabouts(is_online=False, last_seen_at=None))

    @cached_property
    def profiles(self) -> DataLoader[int, Profile | None]:
        return _loader(users.profiles, None)

    @cached_property
    def stats(self) -> DataLoader[int, Stats]:
        return _loader(people.stats, Stats(messages=0, rooms=0))

    @cached_property
    def people(self) -> DataLoader[int, Person | None]:
        return _loader(users.people, None)

    @cached_property
    def locales(self) -> DataLoader[int, str | None]:
        return _loader(users.locales, None)

    @cached_property
    def messages(self) -> DataLoader[int, facts.Message | None]:
        return _loader(messages.messages_by_id, None)

    @cached_property
    def reactions(self) -> DataLoader[int, list[facts.Reactions]]:
        return _loader(reactions.reactions_to, [])

    @cached_property
    def attachments(self) -> DataLoader[int, facts.Attachment | None]:
        return _loader(attachments.attachments_by_id, None)

    @cached_property
    def own_memberships(self) -> DataLoader[int, Own | None]:
        """The viewer's own, by room."""
        viewer = self.require_viewer()
        return _loader(lambda keys: rooms.own_memberships(viewer=viewer, room_ids=keys), None)


class _Loader(DataLoader[K, V]):
    """When a field fails, graphql-core cancels its siblings: not what others wait for too."""

    def load(self, key: K) -> Awaitable[V]:
        return asyncio.shield(super().load(key))


def _loader(find: Callable[[Sequence[K]], Mapping[K, V]], absent: V) -> DataLoader[K, V]:
    async def load(keys: list[K]) -> list[V]:
        found = await database.run(find, keys)
        return [found.get(key, absent) for key in keys]

    return _Loader(load)


Info = strawberry.Info[Context, None]
Input = Annotated[K, strawberry.argument(description="All that it needs to know.")]
