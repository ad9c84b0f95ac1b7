"""What Redis has to do for two server processes: for an event, and for a thousand sockets that come."""

import time
from collections import Counter
from collections.abc import Iterator

from redis import Redis

from benchmarks.engine.figures import Figure
from benchmarks.engine.generator import Followers
from benchmarks.engine.relay import Relay
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects.ours import Ours

SOCKETS = 500  # of each process
EVENTS = 200
_SETTLE_SECONDS = 8.0
_CONNECT_SECONDS = 120.0

_OURS = "cmdstat_info"  # of the benchmark itself


class Commands:
    """The commands that Redis was given since the last look, less what the processes say to it anyway."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._seen, self._at = self._count(), time.monotonic()
        self._idle: dict[str, float] = {}

    def idle(self, seconds: float) -> float:
        """Take what is said in this time for what is said anyway; commands a second."""
        self.since()
        time.sleep(seconds)
        said = self.since(counted=False)
        self._idle = {name: count / seconds for name, count in said.items()}
        return sum(self._idle.values())

    def since(self, *, counted: bool = True) -> Counter[str]:
        now, seen = time.monotonic(), self._count()
        said = seen - self._seen
        if counted:
            for name, rate in self._idle.items():
                said[name] -= round(rate * (now - self._at))
        self._seen, self._at = seen, now
        return +said  # what is said anyway is not said as regularly as that

    def _count(self) -> Counter[str]:
        stats = self._redis.info("commandstats")
        return Counter({name.removeprefix("cmdstat_"): each["calls"] for name, each in stats.items() if name != _OURS})


def measure(stage: Stage, _rounds: int) -> Iterator[Figure]:
    """Counts, not times: once is as good as five times."""
    with (
        Redis.from_url(stage.redis_url) as redis,
        Relay(stage.redis_url) as relay,
        _behind(relay).running(stage) as first,
        _behind(relay).running(stage) as second,
        Followers(stage.stamps) as followers,
    ):
        commands = Commands(redis)
        time.sleep(_SETTLE_SECONDS)  # what is said but once, at the start, is not said anyway
        beats = commands.idle(_SETTLE_SECONDS)
        one, other = first.audience(rooms=1, each=SOCKETS), second.audience(rooms=1, each=SOCKETS)
        seconds = followers.connect([*one.lines, *other.lines], seconds=_CONNECT_SECONDS)
        connecting = commands.since()
        say(f"{2 * SOCKETS} sockets in {seconds:.0f} s: {dict(connecting)}")
        time.sleep(_SETTLE_SECONDS)
        later = commands.idle(_SETTLE_SECONDS)
        number, pushed = stage.number(EVENTS), relay.pushes
        for each in range(number, number + EVENTS):  # those that are committed together share a message
            one.publisher.prepare(each, 1)
            one.publisher.commit()
            followers.has_all(each)
        events, pushes = commands.since(), relay.pushes - pushed
        say(f"{EVENTS} events: {dict(events)}, and {pushes} pushes")
        followers.checked(2 * SOCKETS * EVENTS, last=number + EVENTS - 1)
    yield Figure("Redis commands for an event", sum(events.values()) / EVENTS, "", 1.05, "at most")
    yield Figure("pushes of Redis for an event, two processes", pushes / EVENTS, "", 2, "at most")
    yield Figure("Redis commands for a socket that comes", sum(connecting.values()) / (2 * SOCKETS), "", 0.1, "at most")
    yield Figure("Redis commands a second of two processes without sockets", beats, "/s")
    much = f"Redis commands a second of the same with {2 * SOCKETS} sockets"
    yield Figure(much, later, "/s", beats + 1, "at most")


def _behind(relay: Relay) -> Ours:
    return Ours(environment={"REDIS_URL": relay.url})
