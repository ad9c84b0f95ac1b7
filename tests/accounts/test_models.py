"""What no two people share, whoever writes the row."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from backend.accounts import passwords
from backend.accounts.models import User
from tests.accounts.people import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_no_two_names_fold_alike_even_past_the_domain() -> None:
    person("Ana")
    with pytest.raises(IntegrityError), transaction.atomic():
        person("aNA")


def test_every_new_password_raises_the_epoch_of_credentials() -> None:
    user = person("Ana", password=PASSWORD)
    before = user.credentials_epoch
    user.set_password("eight glasses of tea")
    assert user.credentials_epoch == before + 1


def test_a_superuser_made_by_the_command_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, username="Ana", verbosity=0)
    user = User.objects.get()
    assert user.is_staff
    assert user.is_superuser
    assert passwords.check_password(username="ana", password=PASSWORD, origin="192.0.2.7") == user.pk
