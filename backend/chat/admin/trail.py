"""The panel's page of what happened in rooms: their logs, and in them how order was kept."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.accounts.panel import Panel
from backend.chat import events, replay
from backend.chat.events import Change, Departure, Logged
from backend.chat.models import RoomEvent

_DEPARTURES = {
    Departure.LEFT: _("left"),
    Departure.KICKED: _("was kicked"),
    Departure.BANNED: _("was banned"),
    Departure.DELETED: _("deleted their account"),
}
_CHANGES = {
    None: _("has another name or picture"),
    Change.ROLE: _("was given another role"),
    Change.MUTED: _("was muted"),
    Change.UNMUTED: _("was unmuted"),
    Change.BANNED: _("was banned while away"),
    Change.UNBANNED: _("was unbanned"),
}
_HAPPENED: dict[type[events.RoomEvent], Any] = {
    events.MessageSent: _("message sent"),
    events.MessageEdited: _("message edited"),
    events.MessageDeleted: _("message deleted"),
    events.ReactionAdded: _("reaction added"),
    events.ReactionRemoved: _("reaction removed"),
    events.MemberJoined: _("entered"),
    events.RoomChanged: _("room renamed, or open to others"),
    events.RoomDeleted: _("room deleted"),
}


def _what(event: events.RoomEvent) -> Any:
    match event:
        case events.MemberLeft(departure=departure):
            return _DEPARTURES[departure]
        case events.MemberChanged(change=change):
            return _CHANGES[change]
    return _HAPPENED[type(event)]


def _stored(what: str, value: str) -> Q:
    return Q(data__contains=f'"{what}":"{value}"')


# Of an event that is stored as JSON: what only those who keep order do, and deleting, which is theirs too.
_ORDER = (
    *(_stored("event", f"{kind.__struct_config__.tag}") for kind in (events.MessageDeleted, events.RoomChanged)),
    *(_stored("departure", each.value) for each in (Departure.KICKED, Departure.BANNED)),
    *(_stored("change", each.value) for each in Change),
)


class _What(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return (("order", _("how order was kept")),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[RoomEvent]) -> QuerySet[RoomEvent]:
        if self.value() != "order":
            return queryset
        kept = Q()
        for each in _ORDER:
            kept |= each
        return queryset.filter(kept)


class _Log(ChangeList):
    """Joins what the events of a page name, as everybody's reading of a log does."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        for row, logged in zip(rows, replay.resolve_rows(rows), strict=True):
            row.logged = logged
        self.result_list = rows


@admin.register(RoomEvent)
class EventPanel(Panel[RoomEvent]):
    """What happened, and who did it; what was said is not in it."""

    list_display = ("at", "room", "what", "whose", "by")
    list_display_links = None
    list_select_related = ("room",)
    list_filter = (_What, "at")
    search_fields = ("room__address_folded",)
    narrowed_by = ("room__id",)
    fields = ("at", "room", "seq")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _Log

    @admin.display(description=_("what"))
    def what(self, row: Any) -> Any:
        return _what(row.logged.event)

    @admin.display(description=_("who, or whose"))
    def whose(self, row: Any) -> str:
        logged: Logged = row.logged
        whose = logged.member.person if logged.member else logged.message.author if logged.message else None
        return whose.username or "—" if whose else "—"

    @admin.display(description=_("by"))
    def by(self, row: Any) -> str:
        logged: Logged = row.logged
        return logged.by.username or "—" if logged.by else "—"
