"""Forgotten passwords: a link by mail, and a new password by what it holds.

Whoever asks for a mail is told nothing about accounts: neither by the answer, nor by the time it takes. Looking for
accounts, making their tokens and sending mail begins when the answer does not wait for it any more.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from backend import database, rates
from backend.accounts import passwords, users
from backend.accounts.models import User
from backend.errors import Invalid
from backend.languages import text

logger = logging.getLogger(__name__)

# One: a mail server that hangs keeps nothing waiting but other mails.
workers = database.Workers("mail", threads=1, queue=settings.MAIL_QUEUE)

# Where a person sets the new password, by their id and a token.
Link = Callable[[int, str], str]


def request_reset(*, email: str, origin: str, link: Link) -> None:
    """Send a mail to each account with this address, if there are any; asked for from `origin` (of the network).

    Raises `Invalid` for what is no address, `RateLimited`: both whether there are accounts or not.
    """
    email = email.strip()
    rates.take("reset", origin)
    if not email:
        raise Invalid.field("email", "REQUIRED", text("Say where to send the mail."))
    if errors := users.check_email(email):
        raise Invalid(*errors)
    rates.take("mail", email.upper().casefold())  # both: a database may find the same accounts for `ı` and for `i`
    workers.submit(_send, email, link)


def reset_password(*, user_id: int, token: str, new: str, origin: str) -> None:
    """Set a new password, by a token that was sent; it is good once. Sessions end, personal tokens stay.

    Raises `Invalid`, `RateLimited`.
    """
    rates.take("reset", origin)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if not database.can_store(token) or not default_token_generator.check_token(user, token):
        raise _no_good()
    assert user is not None, "nobody has no token"
    if errors := passwords.check_new(new, user=user, field="newPassword"):
        raise Invalid(*errors)
    if not passwords.replace(user, new):  # the token was used at the same moment
        raise _no_good()


def _no_good() -> Invalid:
    return Invalid.field("token", "MALFORMED", text("This link was used, or is too old. Ask for another."))


def _send(email: str, link: Link) -> None:
    # To the address that they gave themselves, however it was written now. The oldest: nobody can make accounts with
    # somebody's address until their own is not among them.
    found = User.objects.filter(email__iexact=email, is_active=True).order_by("pk")[: settings.MAILS_PER_RESET]
    for user in found:
        token = default_token_generator.make_token(user)
        minutes = settings.PASSWORD_RESET_TIMEOUT // 60
        facts = {"username": user.username, "link": link(user.pk, token), "minutes": minutes}
        with translation.override(user.locale):
            subject, _, body = render_to_string("accounts/password_reset.txt", facts).partition("\n")
        try:
            send_mail(subject, body.lstrip(), None, [user.email])
        except Exception:
            logger.exception("a mail could not be sent")
