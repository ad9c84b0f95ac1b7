"""The panel's pages of people, their tokens and log-ins, and its own log-in: limited like everybody's.

`chat.admin` makes the page of a person from `PersonPanel`: it knows their rooms too.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backend import rates
from backend.accounts import log_ins, passwords, staff
from backend.accounts.credentials import Viewer
from backend.accounts.models import LogIn, PersonalToken, User, Way
from backend.accounts.panel import ChangingPanel, CommandForm, Latest, Panel, RemovingPanel
from backend.accounts.staff import Powers
from backend.errors import DomainError, Invalid, RateLimited
from backend.folding import Unseen, fold


class LimitedLogIn(AdminAuthenticationForm):
    """Refuses to try a password after too many tries from one network address, and notes those that are tried."""

    def clean(self) -> dict[str, Any]:
        origin = str(self.request.META.get("REMOTE_ADDR", "")) if self.request else ""
        try:
            rates.take("log in", ("admin", origin))
        except RateLimited as error:
            raise ValidationError(str(error.detail)) from error
        name = self._folded()
        try:
            cleaned = super().clean()
        except ValidationError:
            log_ins.record(user_id=None, name=name, origin=origin, way=Way.PANEL)
            raise
        user = self.get_user()
        if user is not None:  # else there was nothing to try
            log_ins.record(user_id=user.pk, name=name, origin=origin, way=Way.PANEL)
        return cleaned

    def _folded(self) -> str:
        try:
            return fold(self.cleaned_data.get("username", ""))
        except Unseen:
            return ""


admin.site.login_form = LimitedLogIn
admin.site.site_header = admin.site.site_title = _("Chaikhana")
admin.site.index_title = _("The house")
# Who is staff may do here what the domain lets staff do: there are no permissions beside that.
admin.site.unregister(Group)


class OwnPasswordForm(AdminPasswordChangeForm):
    """Changes it by the command that everybody's is changed by: guessing is limited, and every process is told."""

    def clean_old_password(self) -> str:
        return str(self.cleaned_data["old_password"])  # which the command looks at, when all else is well

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors:
            given = self.cleaned_data
            try:
                passwords.change_password(
                    user_id=self.user.pk, current=given["old_password"], new=given["new_password1"]
                )
            except DomainError as error:
                is_new = isinstance(error, Invalid) and error.fields[0].path == ("newPassword",)
                self.add_error("new_password1" if is_new else "old_password", str(error.detail))
        return cleaned

    def save(self, commit: bool = True) -> User:
        user: User = self.user
        user.refresh_from_db()  # its session goes on by what is stored
        return user


def change_own_password(request: HttpRequest) -> HttpResponseBase:
    """In the place of the site's own view, which asks for no form but Django's."""
    context = admin.site.each_context(request)
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm, success_url=reverse("admin:password_change_done"), extra_context=context
    )
    return view(request)


class TokenInline(Latest[PersonalToken]):
    model = PersonalToken
    fields = ("name", "created_at", "last_used_at", "expires_at")


class LogInInline(Latest[LogIn]):
    model = LogIn
    fields = ("at", "way", "origin", "succeeded")


class PersonForm(CommandForm[User]):
    password_to_set = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ends their sessions; personal tokens stay."),
    )

    def command(self, viewer: Viewer) -> None:
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        password = changed.pop("password_to_set", None)
        if changed:
            staff.set_powers(viewer=viewer, user_id=self.instance.pk, powers=Powers(**changed))
        if password:
            staff.set_password(viewer=viewer, user_id=self.instance.pk, new=password)


class PersonPanel(ChangingPanel[User], RemovingPanel[User]):
    """Who has an account. What only they themselves may see of it is not here."""

    form = PersonForm
    list_display: tuple[str, ...] = ("username", "shown_name", "is_active", "is_staff", "joined_at", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "joined_at")
    search_fields = ("username_folded", "display_name")
    fields: ClassVar[Any] = (
        "username",
        "shown_name",
        "bio",
        "joined_at",
        "last_login",
        "deleted_at",
        "is_active",
        "is_staff",
        "is_superuser",
        "password_to_set",
    )
    readonly_fields: ClassVar[Any] = ("username", "shown_name", "bio", "joined_at", "last_login", "deleted_at")
    inlines: ClassVar[Any] = (TokenInline, LogInInline)

    @admin.display(description=_("name shown"), ordering="display_name")
    def shown_name(self, user: User) -> str:
        return user.display_name or user.username


@admin.register(PersonalToken)
class TokenPanel(RemovingPanel[PersonalToken]):
    """Tokens without what they are made of."""

    list_display = ("name", "user", "created_at", "last_used_at", "expires_at")
    list_select_related = ("user",)
    list_filter = ("created_at", "last_used_at")
    search_fields = ("name", "user__username_folded")
    narrowed_by = ("user__id",)
    fields = ("name", "user", "created_at", "last_used_at", "expires_at")

    def remove(self, viewer: Viewer, row: PersonalToken) -> None:
        staff.revoke_token(viewer=viewer, user_id=row.user_id, token_id=row.pk)


@admin.register(LogIn)
class LogInPanel(Panel[LogIn]):
    """The trail of log-ins."""

    list_display = ("at", "who", "way", "origin", "succeeded")
    list_select_related = ("user",)
    list_filter = ("succeeded", "way", "at")
    search_fields = ("user__username_folded", "name", "origin")
    narrowed_by = ("user__id", "origin")
    fields = ("at", "user", "name", "way", "origin", "succeeded")

    @admin.display(description=_("who, or which name"))
    def who(self, row: LogIn) -> str:
        return row.user.username if row.user else row.name or "—"


@admin.register(LogEntry)
class EntryPanel(Panel[LogEntry]):
    """The trail of what was done in the panel: kept in English, shown in the language of whoever looks."""

    list_display = ("action_time", "user", "what", "action_flag", "change")
    list_display_links = None
    list_select_related = ("user", "content_type")
    list_filter = ("action_flag", "action_time")
    search_fields = ("user__username_folded", "object_repr")
    narrowed_by = ("user__id", "object_id")
    fields = ("action_time", "user", "what", "action_flag", "change")

    @admin.display(description=LogEntry.object_repr.field.verbose_name, ordering="object_repr")
    def what(self, row: Any) -> str:
        return f"{row.content_type.name} {row.object_id}" if row.content_type else str(row.object_repr)

    @admin.display(description=LogEntry.change_message.field.verbose_name)
    def change(self, row: LogEntry) -> str:
        """Django puts what a form has changed into words, and not the name of an action."""
        change = row.get_change_message()
        return translation.gettext(change) if change else ""  # a catalog has its own header as the text of nothing
