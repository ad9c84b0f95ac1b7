"""People: who is online anywhere, through which processes, and when they were last."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from backend import database
from backend.accounts import users
from backend.presence.models import LastSeen, Listener, Presence


class Whereabouts(msgspec.Struct, frozen=True):
    """`last_seen_at` is None while somebody is online, and if they never were."""

    is_online: bool
    last_seen_at: datetime | None


def whereabouts(user_ids: Collection[int]) -> Mapping[int, Whereabouts]:
    """Of whoever is online, or was. Nothing is known of whose account was deleted."""
    there = Presence.objects.filter(user__in=user_ids, user__deleted_at=None).values_list("user", flat=True)
    is_online = {*there.union(Listener.objects.filter(user__in=user_ids, user__deleted_at=None).values_list("user"))}
    seen = dict(LastSeen.objects.filter(user__in=user_ids, user__deleted_at=None).values_list("user", "at"))
    return {
        each: Whereabouts(is_online=each in is_online, last_seen_at=None if each in is_online else seen.get(each))
        for each in is_online | seen.keys()
    }


def processes_of(user_id: int) -> list[str]:
    """The ids of those that live, and can tell this person something of their own."""
    listeners = Listener.objects.filter(user=user_id, lease__expires_at__gt=database.now())
    return list(listeners.order_by("lease").values_list("lease", flat=True))


def note(user_ids: Collection[int], *, at: datetime) -> None:
    """They went then, if they have not gone later through another process. Of nobody's account that was deleted."""
    if not user_ids:
        return
    later = set(LastSeen.objects.filter(user__in=user_ids, at__gte=at).values_list("user", flat=True))
    kept = {each.id for each in users.people(user_ids).values() if each.deleted_at is None} - later
    rows = [LastSeen(user_id=each, at=at) for each in sorted(kept)]
    LastSeen.objects.bulk_create(rows, update_conflicts=True, unique_fields=("user",), update_fields=("at",))


def forget(*, user_id: int, **_: Any) -> None:
    """An account is deleted. Their rows go with their sockets, which are closed."""
    LastSeen.objects.filter(user=user_id).delete()
