"""Leases and what is held by them. Imported only inside `presence`, and by Django."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Lease(models.Model):
    """A process that lives. One that dies renews it no more, and whoever sees that takes its rows away."""

    # The process's own.
    id = models.CharField(max_length=32, primary_key=True)
    renewed_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id


class Presence(models.Model):
    """Somebody is in a room through a process. How many sockets they have there is known to the process alone."""

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="+")
    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # When they came, through whichever process.
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("lease", "room", "user"), name="one_presence_each"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id} through {self.lease_id}"


class Listener(models.Model):
    """Somebody can be told something of their own, in no room, through a process."""

    lease = models.ForeignKey(Lease, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # How many news were sent there: of whoever has heard of fewer, some were lost.
    told = models.PositiveBigIntegerField(db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("lease", "user"), name="one_listener_each"),)

    def __str__(self) -> str:
        return f"{self.user_id} through {self.lease_id}"


class Roster(models.Model):
    """What of a room's presences is asked for most. Its row's lock is the order of their changes."""

    room = models.OneToOneField("chat.Room", models.CASCADE, primary_key=True, related_name="roster")
    # Another one with every change: who knows it knows whether to look again.
    version = models.PositiveBigIntegerField(default=0)
    # Different people who are online there, and members.
    people = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(fields=("room",), condition=models.Q(people__gt=0), name="occupied_rooms"),
            models.Index(fields=("changed_at",), name="changed_rosters"),
        )

    def __str__(self) -> str:
        return f"{self.people} in {self.room_id}"


class LastSeen(models.Model):
    """When somebody was last online through any process. Written when they go: they may be there through another."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at}"
