"""A room, who is in it, and what was said there."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Room(models.Model):
    name = models.CharField(max_length=100)

    objects: ClassVar[models.Manager["Room"]]  # mypy knows the managers of installed applications alone

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    objects: ClassVar[models.Manager["Membership"]]

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_membership_each"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class Message(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages")
    body = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Message"]]

    def __str__(self) -> str:
        return self.body
