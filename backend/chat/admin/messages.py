"""The panel's page of messages. Those of private rooms are there without what they say."""

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.accounts.credentials import Viewer
from backend.accounts.panel import Latest, RemovingPanel
from backend.chat import messages
from backend.chat.models import Message

_SHOWN = 120  # characters of a body in a list


def _said(row: Message) -> str:
    """What staff may see of the body; its room comes with the row."""
    if row.deleted_at is not None:
        return gettext("(deleted)")
    return gettext("(said in private)") if row.room.is_private else row.body


def _shortened(row: Message) -> str:
    return Truncator(_said(row)).chars(_SHOWN)


class MessageInline(Latest[Message]):
    model = Message
    fk_name = "room"
    ordering = ("-seq",)
    fields = ("sent_at", "author", "shortened", "edited_at", "deleted_at")

    @admin.display(description=_("message"))
    def shortened(self, row: Message) -> str:
        return _shortened(row)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related("room", "author")


@admin.register(Message)
class MessagePanel(RemovingPanel[Message]):
    """Deleting one here is deleting it everywhere: its row stays, blank, and all who follow the room are told."""

    list_display = ("sent_at", "room", "author", "shortened", "edited_at", "deleted_at")
    list_select_related = ("room", "author")
    list_filter = ("room__is_private", "sent_at", "edited_at", "deleted_at")
    search_fields = ("author__username_folded", "room__address_folded")
    search_help_text = _("A name, an address, or what was said in a public room")
    narrowed_by = ("room__id", "author__id")
    fields = ("room", "author", "sent_at", "edited_at", "deleted_at", "said")
    readonly_fields = ("said",)

    @admin.display(description=_("message"))
    def shortened(self, row: Message) -> str:
        return _shortened(row)

    @admin.display(description=_("message"))
    def said(self, row: Message) -> str:
        return _said(row)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        search_term = search_term[: settings.SEARCH_MAX_LENGTH]
        if search_term:  # also for what can stand in no name
            found |= queryset.filter(body__icontains=search_term, room__is_private=False)
        return found, may_repeat

    def remove(self, viewer: Viewer, row: Message) -> None:
        messages.delete_message(viewer=viewer, message_id=row.pk)
