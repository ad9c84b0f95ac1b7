"""What a scenario measures its subjects with: PostgreSQL and Redis, a house that writes, and one count of all events.

PostgreSQL is set up as it comes, so what is committed is on the disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine.errors import BenchmarkFailed
from benchmarks.engine.house_keeper import HouseKeeper
from benchmarks.engine.stamps import MOST, Stamps
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
        if self._number >= MOST:
            raise BenchmarkFailed(f"There are numbers for {MOST} events, and a scenario wants more.")
        return first


@contextmanager
def stage() -> Iterator[Stage]:
    with (
        TemporaryDirectory(prefix="chaikhana-stage-") as folder,
        PostgresServer(is_durable=True) as postgres,
        RedisServer() as redis,
    ):
        migrate(postgres.url)
        stamps = Stamps(Path(folder) / "stamps")
        with HouseKeeper(database_url=postgres.url, redis_url=redis.url, stamps=stamps) as house:
            yield Stage(database_url=postgres.url, redis_url=redis.url, stamps=stamps, house=house)
