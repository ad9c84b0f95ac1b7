"""The servers and the people of this folder's tests."""

from tests.transport.served import ali, impatient_server, new_person, server, tokens, vera

__all__ = ["ali", "impatient_server", "new_person", "server", "tokens", "vera"]
