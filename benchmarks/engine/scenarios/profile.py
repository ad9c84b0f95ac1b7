"""Where the time goes that is left: how often our server was found in which function, while events pass."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine.figures import Figure
from benchmarks.engine.following import Following, following
from benchmarks.engine.scenarios.rounds import say
from benchmarks.engine.stage import Stage
from benchmarks.engine.subjects.ours import Ours

_LOOKS = (
    # rooms, sockets in each, events outstanding
    ("one room", 1, 500, 1),
    ("one room, 30 outstanding", 1, 500, 30),
    ("100 rooms of 5", 100, 5, 1),
)
_WARM = 10_000  # deliveries
_PY_SPY = Path(sys.executable).with_name("py-spy")
_RATE = 500  # looks a second
_SECONDS = 10
_SHOWN = 12


def measure(stage: Stage, _rounds: int) -> Iterator[Figure]:
    """For whoever wants to make it faster; nothing is demanded, not even that it can be found out."""
    for what, rooms, each, at_once in _LOOKS:
        say(f"{what}, for {_SECONDS} s")
        with following(stage, Ours(), rooms=rooms, each=each) as followed:
            followed.warm(_WARM)
            found = _found(followed, at_once)
        for function, count in found.most_common(_SHOWN):
            yield Figure(f"{what}: found in {function}", 100 * count / found.total(), "%")


def _found(room: Following, at_once: int) -> Counter[str]:
    """How often each function was the innermost one that ran; nothing where nobody may look."""
    with TemporaryDirectory(prefix="chaikhana-profile-") as folder:
        stacks = Path(folder) / "stacks"
        options = ("--duration", str(_SECONDS), "--rate", str(_RATE), "--format", "raw", "--output", str(stacks))
        command = (_PY_SPY, "record", "--nonblocking", "--function", "--pid", str(room.pid), *options)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as looking:
            while looking.poll() is None:
                room.cost(at_once=at_once, most=1, cpu=0)
            _, told = looking.communicate()
        found: Counter[str] = Counter()
        if looking.returncode:
            say(f"py-spy may not look at another process here: {told.strip()}")
            return found
        for line in stacks.read_text().splitlines():
            stack, count = line.rsplit(" ", 1)
            found[stack.rsplit(";", 1)[-1]] += int(count)
    return found
