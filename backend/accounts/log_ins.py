"""The trail of log-ins: who tried, from where, for what, and whether they were let in. Kept for a while."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from backend.accounts.models import LogIn, User, Way

__all__ = ["Way", "forget", "record"]

# Old rows that each new one takes with it: more than one, so that what has piled up goes.
_SWEPT = 10


def record(*, user_id: int | None, name: str, origin: str, way: Way) -> None:
    """Note that a password was tried for this folded name; `user_id` says whose it was, if it was right.

    In as many queries whether anybody has the name or not. Whoever has it is named by their id alone, so that the
    trail follows them to another name, and into having none.
    """
    tried = Q(username_folded=name) if user_id is None else Q(pk=user_id)
    with transaction.atomic():
        # Held, so that nothing is noted of somebody who is deleted at the same moment.
        holders = User.objects.select_for_update(no_key=True).filter(tried, deleted_at=None)
        holder = holders.values_list("pk", flat=True).first()
        if user_id is not None:
            if holder is None:
                return
            User.objects.filter(pk=holder).update(last_login=Now())
        unknown = "" if holder else name[: settings.USERNAME_MAX_LENGTH]
        row = LogIn.objects.create(user_id=holder, name=unknown, origin=origin, way=way, succeeded=user_id is not None)
        _sweep(row.pk)


def forget(user: User) -> None:
    """Of somebody who is about to be no more: also what was tried for their name when nobody had it."""
    name = user.username_folded[: settings.USERNAME_MAX_LENGTH]
    LogIn.objects.filter(Q(user=user) | Q(name=name)).delete()


def _sweep(latest: int) -> None:
    """Take away the oldest, if their time is over or there are too many."""
    over = Q(at__lt=Now() - timedelta(days=settings.LOG_IN_DAYS)) | Q(pk__lte=latest - settings.LOG_INS_MAX)
    oldest = LogIn.objects.order_by("pk").values("pk")[:_SWEPT]
    LogIn.objects.filter(over, pk__in=oldest).delete()
