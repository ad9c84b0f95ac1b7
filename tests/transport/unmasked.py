"""The same without masking, for what must not go unseen: a password comes back as the text of a fault."""

from typing import NoReturn

from django.apps import AppConfig
from graphql import GraphQLError

from tests.transport.settings import *  # noqa: F403  # all but what follows
from tests.transport.settings import INSTALLED_APPS as PRODUCT


class Unmasked(AppConfig):
    name = "tests.transport.unmasked"

    def ready(self) -> None:
        """Before those are imported that import `present` by its name."""
        from backend.accounts import passwords
        from chat_schema import errors

        def show(error: GraphQLError, language: str) -> GraphQLError:
            return error

        def fail(*, password: str, **_: object) -> NoReturn:
            raise ValueError(password)

        errors.present = show
        passwords.check_password = fail


INSTALLED_APPS = [f"{__name__}.Unmasked", *PRODUCT]
