"""Somebody of the staff at the panel."""

import pytest
from django.test import Client

from backend.accounts.credentials import Viewer
from backend.accounts.models import User


@pytest.fixture
def panel(staff: Viewer, client: Client) -> Client:
    """As somebody of the staff sees it, who is no superuser."""
    client.force_login(User.objects.get(pk=staff.id))
    return client
