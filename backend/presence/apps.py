"""The presence app."""

from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "backend.presence"
    label = "presence"
    verbose_name = "Presence"

    def ready(self) -> None:
        from backend.accounts import users
        from backend.presence import people

        users.anonymized.connect(people.forget)
