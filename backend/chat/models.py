"""Rooms, members, messages and the log. Imported only inside `chat`, and by Django."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Room(models.Model):
    """`head` is the seq of the last event of its log; raising it is what orders all changes of a room."""

    # As people write it; folded, it is unique. That of a deleted room is free again.
    address = models.CharField(_("address"), max_length=settings.ADDRESS_MAX_LENGTH)
    address_folded = models.CharField(max_length=4 * settings.ADDRESS_MAX_LENGTH, unique=True)
    title = models.CharField(_("title"), max_length=settings.ADDRESS_MAX_LENGTH)
    topic = models.CharField(_("topic"), max_length=settings.TOPIC_MAX_LENGTH, blank=True)
    is_private = models.BooleanField(_("private"), default=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    last_activity_at = models.DateTimeField(_("last activity"), db_default=Now())
    head = models.PositiveBigIntegerField(default=0)
    # The tag of the event at `head`, so that a cursor for it needs no second read.
    head_tag = models.PositiveBigIntegerField(default=0)
    # Messages that were ever sent: what somebody has not read is a difference of two numbers.
    message_count = models.PositiveBigIntegerField(_("messages"), default=0)
    # Events up to here are no longer kept.
    tail = models.PositiveBigIntegerField(default=0)
    # The row stays, with nothing in it: the last event of its log tells those who follow it that it has gone.
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    # When it was last taken off the list of public rooms: made private, or deleted while it was public.
    unlisted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        indexes = (
            models.Index(fields=("unlisted_at",), condition=models.Q(unlisted_at__isnull=False), name="unlisted_rooms"),
        )

    def __str__(self) -> str:
        return self.address


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MODERATOR = "moderator", _("moderator")
    MEMBER = "member", _("plain member")


class Notify(models.TextChoices):
    ALL = "all", _("of everything")
    MENTIONS = "mentions", _("of mentions")
    NONE = "none", _("of nothing")


class Membership(models.Model):
    """Kept, with `left_at`, when somebody leaves: old events name it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", verbose_name=_("room"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=9, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)
    # May read, but not write, until then.
    muted_until = models.DateTimeField(_("muted until"), null=True)
    # How far they have read: the `number` of a message, and which that is.
    read_count = models.PositiveBigIntegerField(default=0)
    last_read = models.ForeignKey("Message", models.SET_NULL, null=True, related_name="+")
    notify = models.CharField(_("notifications"), max_length=8, choices=Notify.choices, default=Notify.ALL)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_membership_each"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class Ban(models.Model):
    """Who may not come back into a room."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="bans", verbose_name=_("room"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bans", verbose_name=_("person"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_ban_each"),)

    def __str__(self) -> str:
        return f"{self.user} from {self.room}"


class Invitation(models.Model):
    """A way into a room, also into a private one. The row goes with its last use."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invitations", verbose_name=_("room"))
    # As it is shown: what it opens lies beside it.
    code = models.CharField(max_length=32, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    # Nobody else may use it; anybody, if null.
    invitee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="invitations", verbose_name=_("invited")
    )
    expires_at = models.DateTimeField(_("expires"), null=True)
    # Without a bound, if null.
    uses_left = models.PositiveIntegerField(_("uses left"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.pk} to {self.room}"


class Message(models.Model):
    """`seq` is that of its MessageSent event: messages of a room are ordered and paged by it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="messages", verbose_name=_("room"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", verbose_name=_("author")
    )
    seq = models.PositiveBigIntegerField()
    # Its place among the messages of the room, from 1 on without a hole.
    number = models.PositiveBigIntegerField()
    # The seq of the last event that changed it.
    version = models.PositiveBigIntegerField()
    body = models.CharField(_("text"), max_length=settings.MESSAGE_MAX_LENGTH, blank=True)
    # The words of the body, as `search` finds them. Both databases index it, each in its own way: migration 0006.
    search = models.TextField(blank=True, default="")
    key = models.CharField(max_length=settings.KEY_MAX_LENGTH)
    # A keyed digest of what was sent with `key`: a retry is told from a mistake, also after an edit or deletion,
    # and nothing can be read back from it.
    key_digest = models.CharField(max_length=64)
    # Of the same room. Blanked if that was deleted, but there.
    reply_to = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replies", verbose_name=_("reply to"))
    # The ids of those named in it, in order; `Mention` finds them the other way round.
    mentions = models.JSONField(default=list)
    # The ids of what was sent with it, in order; `Attachment` finds it the other way round. Null for none: a column
    # that is never null cannot be added to SQLite's table, but by making it anew without the triggers of its search.
    attachments = models.JSONField(null=True)
    # How many reactions there are: most messages have none, and then nobody has to look.
    reaction_count = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent"))
    edited_at = models.DateTimeField(_("edited"), null=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.UniqueConstraint(fields=("room", "seq"), name="one_message_a_seq"),
            models.UniqueConstraint(fields=("room", "author", "key"), name="one_message_a_key"),
        )

    def __str__(self) -> str:
        return f"{self.pk} by {self.author}"


class Mention(models.Model):
    """Somebody was named in a message when it was sent."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="+", verbose_name=_("message"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = (models.UniqueConstraint(fields=("message", "user"), name="one_mention_each"),)
        indexes = (models.Index(fields=("user", "message"), name="mentions_of_somebody"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.message}"


class Reaction(models.Model):
    """One of each emoji for each person and message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="reactions", verbose_name=_("message"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    emoji = models.CharField(_("emoji"), max_length=settings.EMOJI_MAX_LENGTH)

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = (models.UniqueConstraint(fields=("message", "user", "emoji"), name="one_reaction_each"),)

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user} to {self.message}"


class Attachment(models.Model):
    """A file that was sent with a message, or is about to be. The row is there before the file, and goes after it.

    So whatever breaks off in between, no file is ever left that nobody knows of.
    """

    room = models.ForeignKey(Room, models.PROTECT, related_name="+", verbose_name=_("room"))
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+", verbose_name=_("message"))
    # From then on nobody can have it, and its file is deleted. Null if it was sent.
    expires_at = models.DateTimeField(_("expires"), null=True, db_index=True)
    # What its file is stored under, and what is hard to guess in its URL.
    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=settings.ATTACHMENT_NAME_MAX_LENGTH)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    # Of a picture.
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
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
    """One line of a room's log. Written by `event_log` alone, when it appends."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="events", verbose_name=_("room"))
    seq = models.PositiveBigIntegerField(_("number"))
    # Random bits that make a cursor checkable: see `event_log`.
    tag = models.PositiveBigIntegerField()
    at = models.DateTimeField(_("when"))
    # `events.RoomEvent` as JSON.
    data = models.TextField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (models.UniqueConstraint(fields=("room", "seq"), name="one_event_a_seq"),)

    def __str__(self) -> str:
        return f"{self.room} {self.seq}"
