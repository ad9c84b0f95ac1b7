"""The accounts app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "backend.accounts"
    label = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        # Django would note every session, by its own clock; `log_ins` notes who gave a password, by the database's.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
