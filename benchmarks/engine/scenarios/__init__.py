"""What is measured of a subject, each scenario in a file of its own. The manifest of them is `ALL`."""

from collections.abc import Callable, Iterator

from benchmarks.engine.figures import Figure
from benchmarks.engine.scenarios import (
    connects,
    crowd,
    growth,
    many_rooms,
    one_room,
    profile,
    reconnect,
    redis_traffic,
    writes,
)
from benchmarks.engine.stage import Stage

# With so many rounds; the figures in the order in which they are told.
Scenario = Callable[[Stage, int], Iterator[Figure]]

ALL: dict[str, Scenario] = {
    "one-room": one_room.measure,
    "many-rooms": many_rooms.measure,
    "connects": connects.measure,
    "crowd": crowd.measure,
    "redis": redis_traffic.measure,
    "writes": writes.measure,
    "reconnect": reconnect.measure,
    "growth": growth.measure,
    "profile": profile.measure,
}
