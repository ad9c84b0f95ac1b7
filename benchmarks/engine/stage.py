"""What every subject is measured with: PostgreSQL and Redis, a house that writes, and one count of all events."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine.house_keeper import HouseKeeper
from benchmarks.engine.stamps import Stamps
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer
from tests.services.server import migrate


class Stage:
    def __init__(self, *, database_url: str, redis_url: str, stamps: Stamps, house: HouseKeeper) -> None:
        self.database_url = database_url
        self.redis_url = redis_url
        self.stamps = stamps
        self.house = house
        self._number = 0

    def number(self, count: int) -> int:
        """The first of so many numbers that no event has had."""
        first = self._number + 1
        self._number += count
        return first


@contextmanager
def stage() -> Iterator[Stage]:
    with (
        TemporaryDirectory(prefix="chaikhana-stage-") as folder,
        PostgresServer() as postgres,
        RedisServer() as redis,
    ):
        migrate(postgres.url)
        stamps = Stamps(Path(folder) / "stamps")
        with HouseKeeper(database_url=postgres.url, redis_url=redis.url, stamps=stamps) as house:
            yield Stage(database_url=postgres.url, redis_url=redis.url, stamps=stamps, house=house)
