"""Composition for every process, server or command: which broker, which log, which limits the hub has, and
who tells people what is theirs."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class BackendConfig(AppConfig):
    name = "backend"
    verbose_name = _("Chaikhana")

    def ready(self) -> None:
        from backend import database, hub
        from backend.channels_broker import ChannelsBroker
        from backend.chat import personal
        from backend.chat.room_log import RoomLog
        from backend.presence import news, typing

        limits = hub.Limits(**settings.HUB)

        def make_hub(broker: hub.Broker) -> hub.Hub:
            process = hub.Hub(broker=broker, log=RoomLog(), crossing=database.run, limits=limits)
            typing.Board(process)
            return process

        hub.install(make_broker=ChannelsBroker, make_hub=make_hub, publish_timeout=limits.publish_timeout)
        personal.install(news.tell)
