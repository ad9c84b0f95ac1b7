"""The panel's page of rooms: renamed and deleted there, with what was said and who is there beside it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backend.accounts.credentials import Viewer
from backend.accounts.panel import ChangingPanel, CommandForm, RemovingPanel, viewer_of
from backend.chat import policies, rooms
from backend.chat.admin.members import BanInline, InvitationInline, MemberInline
from backend.chat.admin.messages import MessageInline
from backend.chat.models import Ban, Membership, Room
from backend.chat.policies import Action
from backend.chat.rooms import Changes

# Beside a room: what the panel has of it, by the name of the list.
_LISTS = (
    ("chat_message", _("All messages"), ""),
    ("chat_membership", _("All members"), ""),
    ("chat_ban", _("All bans"), ""),
    ("chat_invitation", _("All invitations"), ""),
    ("chat_roomevent", _("How order was kept"), "&what=order"),
    ("chat_roomevent", _("All that happened"), ""),
)


class RoomForm(CommandForm[Room]):
    def command(self, viewer: Viewer) -> None:
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        rooms.update_room(viewer=viewer, room_id=self.instance.pk, changes=Changes(**changed))


@admin.register(Room)
class RoomPanel(ChangingPanel[Room], RemovingPanel[Room]):
    """Rooms that were deleted are not here: nothing is left of them."""

    form = RoomForm
    list_display = (
        "address",
        "title",
        "is_private",
        "members",
        "bans",
        "message_count",
        "created_at",
        "last_activity_at",
    )
    list_filter = ("is_private", "created_at", "last_activity_at")
    search_fields = ("address_folded", "title")
    fields = ("address", "title", "topic", "is_private", "created_at", "last_activity_at", "message_count", "lists")
    readonly_fields = ("created_at", "last_activity_at", "message_count", "lists")
    inlines = (MessageInline, MemberInline, BanInline, InvitationInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        present = Membership.objects.filter(room=OuterRef("pk"), left_at=None)
        banned = Ban.objects.filter(room=OuterRef("pk"))
        rows = super().get_queryset(request).filter(deleted_at=None)
        return rows.annotate(members_=counted(present, "room"), bans_=counted(banned, "room"))

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> tuple[str, ...]:
        """Who a private room is for is not for all staff to say."""
        if obj is None:
            return self.readonly_fields
        held = policies.standings(obj, viewer_of(request))
        may_say = policies.allows(Action.SET_PRIVACY, is_private=obj.is_private, held=held)
        return self.readonly_fields if may_say else (*self.readonly_fields, "is_private")

    @admin.display(description=_("members"))
    def members(self, row: Any) -> int:
        return int(row.members_)

    @admin.display(description=_("bans"))
    def bans(self, row: Any) -> int:
        return int(row.bans_)

    @admin.display(description=_("more"))
    def lists(self, row: Room) -> SafeString:
        links = [(reverse(f"admin:{name}_changelist"), row.pk, more, label) for name, label, more in _LISTS]
        return format_html_join(" · ", '<a href="{}?room__id__exact={}{}">{}</a>', links)

    def remove(self, viewer: Viewer, row: Room) -> None:
        rooms.delete_room(viewer=viewer, room_id=row.pk)


def counted(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many there are of them, as a column that is read for the rows that are shown."""
    counts = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)
