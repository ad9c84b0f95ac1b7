"""Sessions of browsers: Django's own, opened and closed by the request they came with."""

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest

from backend.accounts import revocation
from backend.accounts.models import User


def open_session(request: HttpRequest, *, user_id: int) -> None:
    """Log in on this request; the response sets the cookie."""
    login(request, User.objects.get(pk=user_id), backend="django.contrib.auth.backends.ModelBackend")


def close_session(request: HttpRequest) -> None:
    """Log out on this request; sockets opened with the session close, in every process."""
    logout(request)
    revocation.announce()


def keep_session(request: HttpRequest, *, user_id: int) -> None:
    """Stay logged in on this request after the password has changed; other sessions end."""
    # Nobody has looked at the request's own user yet: now they would be looked up by the password that is no more.
    request.user = User.objects.get(pk=user_id)
    update_session_auth_hash(request, request.user)
