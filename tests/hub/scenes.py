"""What most tests of the hub take place in: one room with its feed, or a server process on the wire."""

from collections.abc import Sequence

from backend.hub import Entry, Feed, Hub, Limits, Render, Subscriber
from tests.hub.doubles import ROOM, Crossing, MemoryLog, Renderer, Socket, Wire


class Room:
    """A feed without a hub, and its subscribers."""

    def __init__(self, log: MemoryLog, crossing: Crossing, limits: Limits) -> None:
        self.log = log
        self.released: list[Feed] = []
        self.renderer = Renderer()

        async def read(after: int, limit: int) -> Sequence[Entry]:
            entries: Sequence[Entry] = await crossing(log.read, ROOM, after, limit)
            return entries

        self.feed = Feed(ROOM, read, limits, release=self.released.append)

    def offer(self, *hints: bytes) -> None:
        for hint in hints:
            self.feed.offer(self.log.decode(hint))

    def write(self, number: int = 1) -> None:
        """Append to the log, and say so."""
        self.offer(*self.log.write_many(number))

    def subscribe(
        self,
        socket: Socket,
        *,
        after: int | None = None,
        head: int | None = None,
        key: str = "document",
        principal: str = "somebody",
        renderer: Render | None = None,
    ) -> Subscriber:
        """After `after`, by a snapshot with this `head`; both are what the log has now, unless said."""
        head = self.log.head() if head is None else head
        position = head if after is None else after
        return self.feed.subscribe(
            key=key,
            render=renderer or self.renderer,
            sink=socket,
            position=position,
            cursor=self.log.cursor_at(position),
            access_as_of=head,
            principal=principal,
        )


class Process:
    """One server process: a hub on the wire."""

    def __init__(self, wire: Wire, log: MemoryLog, crossing: Crossing, limits: Limits) -> None:
        self.log = log
        self.broker = wire.broker()
        self.renderer = Renderer()
        self.hub = Hub(broker=self.broker, log=log, crossing=crossing, limits=limits)
        self.hub.start()

    def send(self, topic: str = ROOM) -> None:
        """Commit, and publish."""
        self.hub.publish(topic, self.log.write(topic))

    def subscribe(
        self, socket: Socket, topic: str = ROOM, *, after: int | None = None, key: str = "document"
    ) -> Subscriber:
        feed = self.hub.hold(topic)
        head = self.log.head(topic)
        position = head if after is None else after
        return feed.subscribe(
            key=key,
            render=self.renderer,
            sink=socket,
            position=position,
            cursor=self.log.cursor_at(position, topic),
            access_as_of=head,
            principal="somebody",
        )
