"""What can go wrong with a measurement."""


class BenchmarkFailed(Exception):
    """Says in one sentence why there is no figure."""
