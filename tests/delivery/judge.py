"""What went wrong, by what was sent, what was received, and what the server has in the end. No clock, no wire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

# These are in no log: they come when they come, and move nobody's cursor.
OF_THE_MOMENT = frozenset({"CaughtUp", "OnlineChanged", "TypingChanged"})
# A stream that cannot go on. Nothing that we break may bring one about.
LAST = frozenset({"StreamReset", "StreamEnded"})


class Message(NamedTuple):
    id: str
    # The log position of its last change: what is older than what one has changes nothing.
    version: int
    body: str
    is_deleted: bool
    # Seconds, by the database's clock.
    sent_at: float


class Frame(NamedTuple):
    """What a follower received. Times are in seconds, by one clock for all."""

    cursor: str
    type: str
    at: float
    message: Message | None = None


class Send(NamedTuple):
    """What somebody wanted to say. `message` is the id with which it was acknowledged; None if it never was."""

    body: str
    began: float
    ended: float
    message: str | None


class Change(NamedTuple):
    """What an author made of a message: another text, or None for nothing. In the order in which it was done."""

    message: str
    body: str | None
    began: float
    ended: float
    is_acknowledged: bool


class Truth(NamedTuple):
    """A room in the end, as it is read: the cursors of its log since all followers began, and its messages by id."""

    log: Sequence[str]
    messages: Mapping[str, Message]


class Absence(NamedTuple):
    """Somebody was not heard of from the one moment to the other."""

    began: float
    ended: float


class Departure(NamedTuple):
    """Somebody was said to have left."""

    person: str
    at: float


@dataclass
class Verdict:
    """Of one room, or of many, added up."""

    sent: int = 0
    acknowledged: int = 0
    delivered: int = 0
    missing: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    differing: int = 0
    # Streams that did not go on.
    ended: int = 0
    # Edits and deletions that were never acknowledged.
    unchanged: int = 0
    # The longest time for which somebody tried to send.
    outage: float = 0.0
    # Seconds from each message's place in the log to each follower, in order of size.
    lags: list[float] = field(default_factory=list)

    def lag(self, share: float) -> float:
        return share_of(self.lags, share)

    def faults(self) -> list[str]:
        """What must not be, in words, whatever was broken."""
        counts = {
            "missing": self.missing,
            "duplicated": self.duplicated,
            "out of order": self.out_of_order,
            "differing from history": self.differing,
            "streams ended": self.ended,
            "never acknowledged": self.sent - self.acknowledged + self.unchanged,
        }
        return [f"{count} {what}" for what, count in counts.items() if count]


def lags(frames: Iterable[Frame]) -> list[float]:
    """Seconds from the log to whoever was sent these, of each new message, in order of size."""
    return sorted(
        max(0.0, frame.at - frame.message.sent_at) for frame in frames if frame.message and frame.type == "MessageSent"
    )


def share_of(lags: Sequence[float], share: float) -> float:
    """As large as that of this share of all (1.0: the largest); nothing was late if nothing came."""
    return lags[max(0, ceil(share * len(lags)) - 1)] if lags else 0.0


def judge(
    truth: Truth, sends: Sequence[Send], followers: Iterable[Sequence[Frame]], changes: Sequence[Change] = ()
) -> Verdict:
    """One room."""
    verdict = Verdict(sent=len(sends))
    _judge_sends(verdict, truth, sends)
    _judge_changes(verdict, truth, sends, changes)
    for frames in followers:
        _judge_follower(verdict, truth, frames)
    verdict.lags.sort()
    return verdict


def total(verdicts: Sequence[Verdict]) -> Verdict:
    return Verdict(
        sent=sum(each.sent for each in verdicts),
        acknowledged=sum(each.acknowledged for each in verdicts),
        delivered=sum(each.delivered for each in verdicts),
        missing=sum(each.missing for each in verdicts),
        duplicated=sum(each.duplicated for each in verdicts),
        out_of_order=sum(each.out_of_order for each in verdicts),
        differing=sum(each.differing for each in verdicts),
        ended=sum(each.ended for each in verdicts),
        unchanged=sum(each.unchanged for each in verdicts),
        outage=max((each.outage for each in verdicts), default=0.0),
        lags=sorted(lag for each in verdicts for lag in each.lags),
    )


def flaps(departures: Iterable[Departure], absences: Mapping[str, Sequence[Absence]], *, grace: float) -> int:
    """How many departures were told of people who were there, or away for no longer than the grace.

    Who was away for longer may be told of late, but not before that.
    """
    return sum(
        not any(
            absence.ended - absence.began >= grace and absence.began < departure.at
            for absence in absences.get(departure.person, ())
        )
        for departure in departures
    )


def _judge_sends(verdict: Verdict, truth: Truth, sends: Sequence[Send]) -> None:
    acknowledged = [each.message for each in sends if each.message is not None]
    verdict.acknowledged = len(acknowledged)
    verdict.outage = max((each.ended - each.began for each in sends), default=0.0)
    known = set(acknowledged)
    verdict.missing += len(known - truth.messages.keys())
    # One message for two sends: one of them was lost. More messages than sends: one was stored twice.
    verdict.missing += len(acknowledged) - len(known)
    unknown = len(truth.messages.keys() - known)
    verdict.duplicated += max(0, unknown - (len(sends) - len(acknowledged)))


def _judge_changes(verdict: Verdict, truth: Truth, sends: Sequence[Send], changes: Sequence[Change]) -> None:
    """Each message says in the end what its author last made of it."""
    verdict.outage = max([verdict.outage, *(each.ended - each.began for each in changes)])
    verdict.unchanged = sum(not each.is_acknowledged for each in changes)
    last: dict[str, str | None] = {each.message: each.body for each in sends if each.message is not None}
    last |= {each.message: each.body for each in changes}
    for unknown in (each.message for each in changes if not each.is_acknowledged):
        last.pop(unknown, None)
    for key, body in last.items():
        if (message := truth.messages.get(key)) is not None:
            verdict.differing += message.is_deleted != (body is None) or (body is not None and message.body != body)


def _judge_follower(verdict: Verdict, truth: Truth, frames: Sequence[Frame]) -> None:
    place = {cursor: index for index, cursor in enumerate(truth.log)}
    seen: set[str] = set()
    latest = -1
    verdict.lags += lags(frames)
    copy: dict[str, Message] = {}
    for frame in frames:
        if frame.type in OF_THE_MOMENT:
            continue
        if frame.type in LAST:
            verdict.ended += 1
            continue
        verdict.delivered += 1
        if frame.cursor in seen:
            verdict.duplicated += 1
        elif frame.cursor not in place:
            verdict.differing += 1
        elif place[frame.cursor] < latest:
            verdict.out_of_order += 1
        seen.add(frame.cursor)
        latest = max(latest, place.get(frame.cursor, -1))
        message = frame.message
        if message and (message.id not in copy or copy[message.id].version <= message.version):
            copy[message.id] = message
    verdict.missing += len(place.keys() - seen)
    verdict.differing += sum(copy.get(key) != message for key, message in truth.messages.items())
    verdict.differing += len(copy.keys() - truth.messages.keys())
