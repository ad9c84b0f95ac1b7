"""The fan-out engine: topics, positions, subscribers. Knows no Django, no GraphQL, no chat, no Channels.

A topic is an append-only log kept elsewhere. The broker carries hints, which may be lost; the log is asked for
whatever is missing. `docs/architecture.md` tells how and why.
"""

from backend.hub.broker import Broker
from backend.hub.entries import EVERYONE, CaughtUp, Ended, Entry, Head, Item, Log, Reset, Shown
from backend.hub.feed import Feed
from backend.hub.hub import Hub
from backend.hub.limits import Limits
from backend.hub.process import current, install, publish, running, signal
from backend.hub.shared import Render, Shared
from backend.hub.sink import Frames, Sink, deliver
from backend.hub.subscriber import Subscriber
from backend.hub.topic import Topic

__all__ = [
    "EVERYONE",
    "Broker",
    "CaughtUp",
    "Ended",
    "Entry",
    "Feed",
    "Frames",
    "Head",
    "Hub",
    "Item",
    "Limits",
    "Log",
    "Render",
    "Reset",
    "Shared",
    "Shown",
    "Sink",
    "Subscriber",
    "Topic",
    "current",
    "deliver",
    "install",
    "publish",
    "running",
    "signal",
]
