"""Hosts apart, where the machine allows it; where not, a line says so, and all is on this one."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.services.errors import ServiceMissing
from tests.services.hosts import Network, network


@contextmanager
def hosts(count: int) -> Iterator[Network | None]:
    with ExitStack() as stack:
        found: Network | None = None
        if count:
            try:
                found = stack.enter_context(network(count))
            except ServiceMissing as missing:
                sys.stdout.write(f"All on this host: no network namespaces here ({missing.remedy}).\n")
        yield found
