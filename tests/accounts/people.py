"""People to test with, as the domain knows them when they ask for something."""

from functools import cache

from django.contrib.auth.hashers import make_password

from backend.accounts.credentials import Credential, Viewer
from backend.accounts.models import User

PASSWORD = "seven glasses of tea"


def person(name: str, *, is_staff: bool = False, password: str | None = None) -> User:
    """A person without a password, unless the test is about it: hashing one is slow, and done once for each."""
    user = User(username=name, is_staff=is_staff)
    if password is None:
        user.set_unusable_password()
    else:
        user.password = _hashed(password)
    user.save()
    return user


@cache
def _hashed(password: str) -> str:
    return make_password(password)


def viewer(name: str, *, is_staff: bool = False) -> Viewer:
    user = person(name, is_staff=is_staff)
    return Viewer(id=user.pk, is_staff=is_staff, credential=Credential(kind="token", key="0", user_id=user.pk, epoch=0))
