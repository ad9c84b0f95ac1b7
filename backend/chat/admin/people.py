"""The panel's page of a person, with their rooms."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.accounts.admin import PersonPanel
from backend.accounts.credentials import Viewer
from backend.accounts.panel import Latest
from backend.chat import people
from backend.chat.admin.rooms import counted
from backend.chat.models import Membership, Message


class RoomInline(Latest[Membership]):
    model = Membership
    fields = ("room", "role", "joined_at", "left_at", "muted_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("room", "user")


@admin.register(get_user_model())
class PersonInRoomsPanel(PersonPanel):
    """Deleting an account here is what its owner can do: what was said stays, by nobody."""

    list_display = (*PersonPanel.list_display, "rooms", "messages")
    inlines = (RoomInline, *PersonPanel.inlines)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        present = Membership.objects.filter(user=OuterRef("pk"), left_at=None)
        said = Message.objects.filter(author=OuterRef("pk"), deleted_at=None)
        rows = super().get_queryset(request)
        return rows.annotate(rooms_=counted(present, "user"), messages_=counted(said, "author"))

    @admin.display(description=_("rooms"))
    def rooms(self, row: Any) -> int:
        return int(row.rooms_)

    @admin.display(description=_("messages"))
    def messages(self, row: Any) -> int:
        return int(row.messages_)

    def remove(self, viewer: Viewer, row: Any) -> None:
        people.delete_account_of(viewer=viewer, user_id=row.pk)
