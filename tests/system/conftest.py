"""A cluster for the tests of this folder: PostgreSQL, Redis, and two server processes, A and B."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer
from tests.services.server import ServerProcess, migrate
from tests.system.person import Person


@dataclass(frozen=True)
class Cluster:
    a: ServerProcess
    b: ServerProcess
    redis: RedisServer
    # Makes another one, to be started.
    another: Callable[[], ServerProcess]


@pytest.fixture(
    scope="session", params=["backend.pubsub_layer.PubSubChannelLayer", "channels_redis.core.RedisChannelLayer"]
)
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """On each of the layers that the product supports."""
    environment = {
        "CHANNEL_LAYER_BACKEND": request.param,
        "DJANGO_SETTINGS_MODULE": "tests.transport.settings",  # nobody is ever too fast
    }
    with PostgresServer() as postgres, RedisServer() as redis:
        migrate(postgres.url)
        new = partial(ServerProcess, database_url=postgres.url, redis_url=redis.url, environment=environment)
        with new() as a, new() as b:
            yield Cluster(a, b, redis, new)


@pytest.fixture
def people(cluster: Cluster) -> Iterator[list[Person]]:
    """Two people, both known to both processes."""
    both = [Person(cluster.a.url), Person(cluster.a.url)]
    yield both
    for person in both:
        person.close()
