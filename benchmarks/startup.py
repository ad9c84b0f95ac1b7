"""How long a start takes, from `make run` to the first answer: `python benchmarks/startup.py`.

Demand: at most 5 s for every start but the first, which installs and builds. Beside it, for scale, the same
interpreter importing nothing but Django. Exit status 1 if the demand is not met.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORT = 8765
ROUNDS = 5
DEMAND_SECONDS = 5.0


def start() -> float:
    """Seconds from the command to an answer of /readyz."""
    began = time.perf_counter()
    server = subprocess.Popen(
        ["make", "run", f"PORT={PORT}"], cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not answers():
            if server.poll() is not None:
                sys.exit(f"`make run` ended with status {server.returncode}")
            time.sleep(0.01)
        return time.perf_counter() - began
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait()


def answers() -> bool:
    connection = HTTPConnection("127.0.0.1", PORT, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def import_django() -> float:
    began = time.perf_counter()
    subprocess.run([ROOT / ".venv/bin/python", "-c", "import django.core.management"], check=True)
    return time.perf_counter() - began


def main() -> int:
    print("first start, which may install and build ...", flush=True)
    print(f"    {start():.1f} s", flush=True)
    ours, peer = [], []
    for number in range(1, ROUNDS + 1):
        peer.append(import_django())
        ours.append(start())
        print(f"round {number} of {ROUNDS}: {ours[-1]:.2f} s", flush=True)
    median, scale = statistics.median(ours), statistics.median(peer)
    met = median <= DEMAND_SECONDS
    print(f"second start: {median:.2f} s, {median / scale:.1f} times a bare `import django`;", end=" ")
    print(f"demand {DEMAND_SECONDS:g} s: {'met' if met else 'not met'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
