"""People, their personal tokens and log-ins. Imported only inside `accounts`, and by Django."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backend.errors import NotFound
from backend.folding import Unseen, fold
from backend.languages import text


class Locale(models.TextChoices):
    """The languages that the product speaks."""

    EN = "en", "English"
    FA = "fa", "فارسی"
    RU = "ru", "Русский"
    KA = "ka", "ქართული"


class UserManager(BaseUserManager["User"]):
    """Finds people by the folded form of their name, as `createsuperuser` and Django's login do."""

    def get_by_natural_key(self, username: str | None) -> "User":
        try:
            return self.get(username_folded=fold(username or ""))
        except Unseen as error:  # nobody has such a name; Django's login form lets any be tried
            raise self.model.DoesNotExist from error

    def active(self, user_id: int) -> "User":
        """Raises `NotFound`."""
        try:
            return self.get(pk=user_id, is_active=True)
        except self.model.DoesNotExist as error:
            raise NotFound(text("No such person.")) from error

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = User(username=username, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `username` is how they write it; `username_folded` is what no two may share."""

    username = models.CharField(_("username"), max_length=settings.USERNAME_MAX_LENGTH, unique=True)
    username_folded = models.CharField(max_length=4 * settings.USERNAME_MAX_LENGTH, unique=True, editable=False)
    display_name = models.CharField(_("display name"), max_length=settings.DISPLAY_NAME_MAX_LENGTH, blank=True)
    bio = models.CharField(_("about themself"), max_length=settings.BIO_MAX_LENGTH, blank=True)
    # What the pictures are stored under (`avatars.py`): another one for every upload.
    avatar = models.CharField(max_length=32, blank=True, editable=False)
    email = models.EmailField(_("email address"), max_length=settings.EMAIL_MAX_LENGTH, blank=True)
    locale = models.CharField(_("language"), max_length=2, choices=Locale.choices, default=Locale.EN)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff status"), default=False)
    joined_at = models.DateTimeField(_("joined"), db_default=Now(), editable=False)
    # The row stays, with nothing personal in it: what the person did in rooms names it.
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)
    # Raised whenever older proofs of identity stop counting: open sockets compare it, without reading a session.
    credentials_epoch = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.credentials_epoch += 1

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_folded = fold(self.username)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.username


class Block(models.Model):
    """`user` is away for whispers of `blocked`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "blocked"), name="one_block_each"),)

    def __str__(self) -> str:
        return f"{self.blocked} by {self.user}"


class PersonalToken(models.Model):
    """A long-lived secret for clients without cookies. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=settings.TOKEN_NAME_MAX_LENGTH)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    last_used_at = models.DateTimeField(_("last used"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)

    class Meta:
        verbose_name = _("personal token")
        verbose_name_plural = _("personal tokens")

    def __str__(self) -> str:
        return self.name


class Way(models.TextChoices):
    """What somebody wants to be let into."""

    SESSION = "session", _("a browser's session")
    TOKEN = "token", _("a personal token")
    PANEL = "panel", _("this panel")


class LogIn(models.Model):
    """A password that was tried. Written by `log_ins.record`, which also forgets."""

    # Whose name it was; null if nobody's.
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="log_ins", verbose_name=_("person"))
    # What was tried, folded, if it is nobody's name.
    name = models.CharField(_("name"), max_length=settings.USERNAME_MAX_LENGTH, blank=True, db_index=True)
    origin = models.CharField(_("network address"), max_length=64, blank=True)
    way = models.CharField(_("for what"), max_length=7, choices=Way.choices)
    succeeded = models.BooleanField(_("let in"))
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")

    def __str__(self) -> str:
        return str(self.pk)
