"""Rooms, members, messages and the log. Imported only inside `chat`, and by Django."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Room(models.Model):
    """`head` is the seq of the last event of its log; raising it is what orders all changes of a room."""

    # As people write it; folded, it is unique. That of a deleted room is free again.
    address = models.CharField(max_length=settings.ADDRESS_MAX_LENGTH)
    address_folded = models.CharField(max_length=4 * settings.ADDRESS_MAX_LENGTH, unique=True)
    title = models.CharField(max_length=settings.ADDRESS_MAX_LENGTH)
    topic = models.CharField(max_length=settings.TOPIC_MAX_LENGTH, blank=True)
    is_private = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    last_activity_at = models.DateTimeField(db_default=Now())
    head = models.PositiveBigIntegerField(default=0)
    # The tag of the event at `head`, so that a cursor for it needs no second read.
    head_tag = models.PositiveBigIntegerField(default=0)
    # Messages that were ever sent: what somebody has not read is a difference of two numbers.
    message_count = models.PositiveBigIntegerField(default=0)
    # Events up to here are no longer kept.
    tail = models.PositiveBigIntegerField(default=0)
    # The row stays, with nothing in it: the last event of its log tells those who follow it that it has gone.
    deleted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.address


class Role(models.TextChoices):
    OWNER = "owner"
    MODERATOR = "moderator"
    MEMBER = "member"


class Notify(models.TextChoices):
    ALL = "all"
    MENTIONS = "mentions"
    NONE = "none"


class Membership(models.Model):
    """Kept, with `left_at`, when somebody leaves: old events name it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    # May read, but not write, until then.
    muted_until = models.DateTimeField(null=True)
    # How far they have read: the `number` of a message, and which that is.
    read_count = models.PositiveBigIntegerField(default=0)
    last_read = models.ForeignKey("Message", models.SET_NULL, null=True, related_name="+")
    notify = models.CharField(max_length=8, choices=Notify.choices, default=Notify.ALL)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_membership_each"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class Ban(models.Model):
    """Who may not come back into a room."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="bans")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bans")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_ban_each"),)

    def __str__(self) -> str:
        return f"{self.user} from {self.room}"


class Invitation(models.Model):
    """A way into a room, also into a private one. The row goes with its last use."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invitations")
    # As it is shown: what it opens lies beside it.
    code = models.CharField(max_length=32, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Nobody else may use it; anybody, if null.
    invitee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="invitations")
    expires_at = models.DateTimeField(null=True)
    # Without a bound, if null.
    uses_left = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.pk} to {self.room}"


class Message(models.Model):
    """`seq` is that of its MessageSent event: messages of a room are ordered and paged by it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages")
    seq = models.PositiveBigIntegerField()
    # Its place among the messages of the room, from 1 on without a hole.
    number = models.PositiveBigIntegerField()
    # The seq of the last event that changed it.
    version = models.PositiveBigIntegerField()
    body = models.CharField(max_length=settings.MESSAGE_MAX_LENGTH, blank=True)
    # The words of the body, as `search` finds them. Both databases index it, each in its own way: migration 0006.
    search = models.TextField(blank=True, default="")
    key = models.CharField(max_length=settings.KEY_MAX_LENGTH)
    # A keyed digest of what was sent with `key`: a retry is told from a mistake, also after an edit or deletion,
    # and nothing can be read back from it.
    key_digest = models.CharField(max_length=64)
    # Of the same room. Blanked if that was deleted, but there.
    reply_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replies")
    # The ids of those named in it, in order; `Mention` finds them the other way round.
    mentions = models.JSONField(default=list)
    # The ids of what was sent with it, in order; `Attachment` finds it the other way round. Null for none: a column
    # that is never null cannot be added to SQLite's table, but by making it anew without the triggers of its search.
    attachments = models.JSONField(null=True)
    # How many reactions there are: most messages have none, and then nobody has to look.
    reaction_count = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("room", "seq"), name="one_message_a_seq"),
            models.UniqueConstraint(fields=("room", "author", "key"), name="one_message_a_key"),
        )

    def __str__(self) -> str:
        return f"{self.pk} by {self.author}"


class Mention(models.Model):
    """Somebody was named in a message when it was sent."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "user"), name="one_mention_each"),)
        indexes = (models.Index(fields=("user", "message"), name="mentions_of_somebody"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.message}"


class Reaction(models.Model):
    """One of each emoji for each person and message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    emoji = models.CharField(max_length=settings.EMOJI_MAX_LENGTH)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("message", "user", "emoji"), name="one_reaction_each"),)

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user} to {self.message}"


class Attachment(models.Model):
    """A file that was sent with a message, or is about to be. The row is there before the file, and goes after it.

    So whatever breaks off in between, no file is ever left that nobody knows of.
    """

    room = models.ForeignKey(Room, models.PROTECT, related_name="+")
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    # From then on nobody can have it, and its file is deleted. Null if it was sent.
    expires_at = models.DateTimeField(null=True, db_index=True)
    # What its file is stored under, and what is hard to guess in its URL.
    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=settings.ATTACHMENT_NAME_MAX_LENGTH)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    # Of a picture.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(message=None, expires_at__isnull=False)
                | models.Q(message__isnull=False, expires_at=None),
                name="sent_or_expiring",
            ),
        )

    def __str__(self) -> str:
        return self.key


class RoomEvent(models.Model):
    """One line of a room's log. Written by `event_log.append` alone."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    # Random bits that make a cursor checkable: see `event_log`.
    tag = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    # `events.RoomEvent` as JSON.
    data = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "seq"), name="one_event_a_seq"),)

    def __str__(self) -> str:
        return f"{self.room} {self.seq}"
