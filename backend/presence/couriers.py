"""Couriers carry whispers between processes, sealed: the channel layer may keep what it carries on a disk."""

import asyncio
import base64
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac

from backend.errors import Conflict
from backend.languages import text
from backend.loops import PerLoop
from backend.presence import process, viewers

logger = logging.getLogger(__name__)

_WHISPER = b"whisper"
_RECEIPT = b"receipt"


class Whisper(msgspec.Struct, frozen=True):
    """`id` is made of its sender and their key: a retry has the same."""

    id: str
    room_id: int
    sender_id: int
    recipient_id: int
    body: str
    sent_at: datetime

    def __repr__(self) -> str:  # wherever it may be printed
        return f"Whisper(id={self.id!r})"


class _Parcel(msgspec.Struct, frozen=True):
    """A whisper on its way to one person's devices. The process that `sent` it waits for a receipt, if it says so."""

    to: int
    whisper: Whisper
    sent: str = ""
    number: str = ""


class _Receipt(msgspec.Struct, frozen=True):
    """To how many devices a parcel was handed; `is_other` if its key had brought something else there."""

    number: str
    connections: int
    is_other: bool


class _Known(NamedTuple):
    """What was handed over here under one id: without the words, and by person to how many devices."""

    digest: bytes
    connections: dict[int, int]


class Courier:
    """Of one process. `show` hands something to a person's devices there, and says to how many."""

    def __init__(self, local: process.Process, *, show: Callable[[int, object], int]) -> None:
        self._process = local
        self._show = show
        self._seal = Fernet(base64.urlsafe_b64encode(_secret("seal")))
        # The latest, by their ids: no retry shows one again.
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._awaited: dict[str, asyncio.Queue[_Receipt]] = {}
        self._process.on_message(_WHISPER, self._receive)
        self._process.on_message(_RECEIPT, lambda payload: self._take(_receipt.decode(payload)))

    async def deliver(self, whisper: Whisper, process_ids: Collection[str]) -> int:
        """To the recipient's devices in these processes: to how many, as far as they say so within `WHISPER_TIMEOUT`.

        Raises `Conflict` if the key has brought something else.
        """
        number = secrets.token_hex(8)
        receipts = self._awaited[number] = asyncio.Queue()
        try:
            self._send(_Parcel(whisper.recipient_id, whisper, self._process.id, number), process_ids)
            came: list[_Receipt] = []
            with suppress(TimeoutError):  # a process that is no more, or has too much to do: nobody has heard it there
                async with asyncio.timeout(settings.WHISPER_TIMEOUT):
                    while len(came) < len(process_ids):
                        came.append(await receipts.get())
        finally:
            del self._awaited[number]
        if any(each.is_other for each in came):
            raise Conflict(text("This key has sent another whisper."))
        return sum(each.connections for each in came)

    def hand_on(self, whisper: Whisper, process_ids: Collection[str]) -> None:
        """To the sender's devices in these processes, whoever hears of it."""
        self._send(_Parcel(whisper.sender_id, whisper), process_ids)

    def _send(self, parcel: _Parcel, process_ids: Collection[str]) -> None:
        sealed = self._seal.encrypt(msgspec.msgpack.encode(parcel))
        for process_id in process_ids:
            if process_id == self._process.id:
                self._receive(sealed)
            else:
                process.tell([process_id], _WHISPER, sealed)

    def _receive(self, sealed: bytes) -> None:
        try:
            parcel = _parcel.decode(self._seal.decrypt(sealed))
        except InvalidToken:
            logger.warning("a whisper could not be opened: the processes have different secret keys")
            return
        receipt = self._hand_over(parcel)
        if parcel.sent == self._process.id:
            self._take(receipt)
        elif parcel.sent:
            process.tell([parcel.sent], _RECEIPT, msgspec.msgpack.encode(receipt))

    def _hand_over(self, parcel: _Parcel) -> _Receipt:
        """Show it, unless it has been shown."""
        whisper, digest = parcel.whisper, _digest(parcel.whisper)
        known = self._known.get(whisper.id)
        if known is not None and known.digest != digest:
            return _Receipt(parcel.number, 0, is_other=True)
        connections = known.connections.get(parcel.to, 0) if known else 0
        if not connections and (connections := self._show(parcel.to, whisper)):
            known = self._known.setdefault(whisper.id, _Known(digest, {}))
            known.connections[parcel.to] = connections
            if len(self._known) > settings.WHISPERS_KNOWN:
                self._known.popitem(last=False)
        return _Receipt(parcel.number, connections, is_other=False)

    def _take(self, receipt: _Receipt) -> None:
        if receipts := self._awaited.get(receipt.number):
            receipts.put_nowait(receipt)


def _secret(purpose: str, value: str = "") -> bytes:
    return salted_hmac(f"backend.presence.couriers.{purpose}", value, algorithm="sha256").digest()


def _digest(whisper: Whisper) -> bytes:
    return _secret("digest", f"{whisper.room_id}\0{whisper.recipient_id}\0{whisper.body}")


_parcel = msgspec.msgpack.Decoder(_Parcel)
_receipt = msgspec.msgpack.Decoder(_Receipt)
current = PerLoop(lambda: Courier(process.current(), show=viewers.current().show))
