"""The administrators' log-in: limited like everybody's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from backend import rates
from backend.errors import RateLimited


class LimitedLogIn(AdminAuthenticationForm):
    """Refuses to try a password after too many tries from one network address."""

    def clean(self) -> dict[str, Any]:
        try:
            rates.take("log in", ("admin", self.request.META.get("REMOTE_ADDR") if self.request else None))
        except RateLimited as error:
            raise ValidationError(str(error.detail)) from error
        return super().clean()


admin.site.login_form = LimitedLogIn
