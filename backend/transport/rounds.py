"""Daphne's rounds of its connections, made of those alone where there is something to do: of very many, nearly none."""

import asyncio
import logging
import time
from typing import Any

from daphne.server import Server

logger = logging.getLogger(__name__)

# Seconds between two rounds: of those where something is due, and of those that have ended.
CHECK_INTERVAL = 2
_END_INTERVAL = 1


class Rounds(Server):  # type: ignore[misc]  # daphne has no types
    """`check_timeouts` of a connection is called when the monotonic clock has passed its `due`.

    Whoever makes an application says in `ended` when that is over.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Connections of which the one end has gone, or both: the client, the application.
        self.ended: set[Any] = set()

    def protocol_disconnected(self, protocol: Any) -> None:
        super().protocol_disconnected(protocol)
        self.ended.add(protocol)

    def timeout_checker(self) -> None:
        # First: a connection that fails must not end the rounds.
        asyncio.get_running_loop().call_later(CHECK_INTERVAL, self.timeout_checker)
        now = time.monotonic()
        for protocol in [each for each in self.connections if each.due < now]:
            try:
                protocol.check_timeouts()
            except Exception:
                logger.exception("a connection could not be checked")

    def application_checker(self) -> None:
        asyncio.get_running_loop().call_later(_END_INTERVAL, self.application_checker)
        ended, self.ended = self.ended, set()
        for protocol in ended:
            try:
                if protocol in self.connections and not self._is_over(protocol):
                    self.ended.add(protocol)
            except Exception:
                logger.exception("a connection could not be ended")
                protocol.transport.abortConnection()

    def _is_over(self, protocol: Any) -> bool:
        """Whether nothing of it is left to wait for, but perhaps the client."""
        details = self.connections[protocol]
        application, lost_at = details.get("application_instance"), details.get("disconnected")
        if application is not None and not application.done():
            if time.time() - lost_at > self.application_close_timeout:
                logger.warning("an application took too long to end after its client had gone")
                application.cancel()
            return False
        if application is not None:
            del details["application_instance"]
            if not application.cancelled() and (error := application.exception()):
                logger.error("an application failed", exc_info=error)
                if lost_at is None:
                    protocol.handle_exception(error)
        if lost_at is not None:
            del self.connections[protocol]
        return True
