"""How long a commit waits here for the disk: of the folder where PostgreSQL of a measurement has its files."""

import os
import time
from statistics import median
from tempfile import NamedTemporaryFile

_TIMES = 50
_PAGE = bytes(8192)


def told() -> str:
    return f"keeps a page in {1000 * _seconds():.2f} ms"


def _seconds() -> float:
    took = []
    with NamedTemporaryFile(prefix="chaikhana-disk-") as file:
        for _ in range(_TIMES):
            file.write(_PAGE)
            file.flush()
            began = time.monotonic()
            os.fdatasync(file.fileno())
            took.append(time.monotonic() - began)
    return median(took)
