"""Make tables, rooms and people for a site that is written to, and say how each may write: a line of JSON a person.

python -m benchmarks.engine.peers.channels_site.people PEOPLE ROOMS
"""

import json
import os
import sys

import django

SITE = "benchmarks.engine.peers.channels_site"


def main(people: int, rooms: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{SITE}.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # ours have no migrations, and refer to those that have
    for room, cookie in _sessions(people, rooms):
        print(json.dumps({"room": room, "cookie": cookie}))


def _sessions(people: int, rooms: int) -> list[tuple[str, str]]:
    """A room's id, and the cookie of somebody who is logged in and a member there: as many as people, room by room."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    from benchmarks.engine.peers.channels_site.models import Membership, Room

    houses = [Room.objects.create(name=f"room {number}") for number in range(rooms)]
    made = []
    for number in range(people):
        user = User.objects.create(username=f"person{number}", password="!")  # hashing one takes long, on purpose
        room = houses[number % rooms]
        Membership.objects.create(room=room, user=user)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        made.append((str(room.pk), f"{settings.SESSION_COOKIE_NAME}={session.session_key}"))
    return made


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
