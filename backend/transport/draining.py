"""Whether this process has been told to stop: a load balancer asks, and takes it out."""

_stopping = False


def begin() -> None:
    global _stopping
    _stopping = True


def has_begun() -> bool:
    return _stopping
