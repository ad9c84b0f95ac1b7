"""One connection's identity: from `connection_init` to the moment when what proved it stops counting."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from backend import database, hub
from backend.accounts import credentials, revocation
from backend.accounts.credentials import Credential, Viewer
from backend.loops import PerLoop

logger = logging.getLogger(__name__)

Headers = Mapping[str, str]


class Rejected(Exception):
    """A credential was given, and it is not good."""


def is_known_host(headers: Headers) -> bool:
    """The `Host` is one of ours: a foreign name that resolves to this machine is somebody's trick."""
    domain, _port = split_domain_port(headers.get("host", ""))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def site(host: str, port: int | str) -> str:
    """What links to us begin with, where a request has come to a `Host` of ours, on our `port`.

    The port in the header is whatever the client likes: a link to it could lead to somebody else on this machine.
    """
    domain, _port = split_domain_port(host)
    return settings.PUBLIC_URL or f"http://{domain}" + ("" if str(port) == "80" else f":{port}")


def bearer(value: object) -> str | None:
    """The secret in `Bearer ...`; None if there is no such header. Raises `Rejected` for another scheme."""
    if value is None:
        return None
    scheme, _, secret = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Rejected
    return secret.strip()


async def of_token(secret: str) -> Viewer:
    """Raises `Rejected`."""
    viewer = await _tokens().ask(secret)
    if viewer is None:
        raise Rejected
    return viewer


# After a restart everybody comes at once.
_tokens = PerLoop(lambda: database.Gathering(credentials.from_tokens))


async def identify(headers: Headers, params: Mapping[str, Any]) -> Viewer | None:
    """Who opens this socket: by token, in the payload or the header, else by the session cookie.

    A cookie counts only beside an `Origin`: then it was checked to be ours. Raises `Rejected` for a bad token;
    a session that has ended is simply nobody.
    """
    given = params.get("Authorization", params.get("authorization", headers.get("authorization")))
    secret = bearer(given)
    if secret is not None:
        return await of_token(secret)
    # Django's reading, as over HTTP: `http.cookies` would lose all of them for one that another program set badly.
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    return await database.run(credentials.from_session, key) if key and "origin" in headers else None


class Watch:
    """Ends connections whose credential has stopped counting: at once on a hint, else by a sweep."""

    def __init__(self) -> None:
        self._open: dict[Credential, set[Callable[[], None]]] = {}
        self._look = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, credential: Credential, end: Callable[[], None]) -> None:
        if self._task is None:
            hub.current().listen(revocation.TOPIC, lambda _: self._look.set())
            self._task = asyncio.create_task(self._run())
        self._open.setdefault(credential, set()).add(end)

    def remove(self, credential: Credential, end: Callable[[], None]) -> None:
        if ends := self._open.get(credential):
            ends.discard(end)
            if not ends:
                del self._open[credential]

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), settings.CREDENTIAL_SWEEP_INTERVAL)
            self._look.clear()
            try:
                revoked = await database.run(credentials.revoked, tuple(self._open)) if self._open else ()
            except Exception:
                logger.warning("looking for revoked credentials failed; again soon", exc_info=True)
                await asyncio.sleep(1)
                self._look.set()
                continue
            for credential in revoked:
                for end in self._open.pop(credential, ()):
                    end()


watch = PerLoop(Watch)
