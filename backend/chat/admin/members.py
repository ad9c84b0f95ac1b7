"""The panel's pages of members, bans and invitations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.accounts.credentials import Viewer
from backend.accounts.panel import Latest, Panel, RemovingPanel
from backend.chat import invitations, moderation, policies
from backend.chat.models import Ban, Invitation, Membership, Role
from backend.chat.moderation import ModerationAction


class MemberInline(Latest[Membership]):
    model = Membership
    fields = ("user", "role", "joined_at", "left_at", "muted_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("room", "user")


class BanInline(Latest[Ban]):
    model = Ban
    fk_name = "room"
    fields = ("user", "by", "at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ban]:
        return super().get_queryset(request).select_related("room", "user", "by")


class InvitationInline(Latest[Invitation]):
    model = Invitation
    fk_name = "room"
    fields = ("invited_by", "invitee", "expires_at", "uses_left")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        good = super().get_queryset(request).filter(policies.is_good())
        return good.select_related("room", "invited_by", "invitee")


def _moderate(action: ModerationAction, label: Any) -> Any:
    """An action of the list that does this to each member."""

    def act(panel: "MemberPanel", request: HttpRequest, rows: QuerySet[Membership]) -> None:
        def command(viewer: Viewer, row: Membership) -> None:
            moderation.moderate_member(viewer=viewer, room_id=row.room_id, user_id=row.user_id, action=action)

        panel.do_each(request, rows, command, label)

    act.__name__ = action.value
    return admin.action(description=label)(act)


def _give(role: Role, label: Any) -> Any:
    def act(panel: "MemberPanel", request: HttpRequest, rows: QuerySet[Membership]) -> None:
        def command(viewer: Viewer, row: Membership) -> None:
            moderation.set_member_role(viewer=viewer, room_id=row.room_id, user_id=row.user_id, role=role)

        panel.do_each(request, rows, command, label)

    act.__name__ = f"make_{role.value}"
    return admin.action(description=label)(act)


@admin.register(Membership)
class MemberPanel(Panel[Membership]):
    """Who is in which room, or was."""

    list_display = ("user", "room", "role", "joined_at", "left_at", "muted_until")
    list_display_links = ("joined_at",)
    list_select_related = ("user", "room")
    list_filter = ("role", ("left_at", admin.EmptyFieldListFilter), ("muted_until", admin.EmptyFieldListFilter))
    search_fields = ("user__username_folded", "room__address_folded")
    narrowed_by = ("room__id", "user__id")
    fields = ("user", "room", "role", "joined_at", "left_at", "muted_until", "notify")
    actions = (
        _moderate(ModerationAction.KICK, _("Kick")),
        _moderate(ModerationAction.BAN, _("Ban")),
        _moderate(ModerationAction.UNBAN, _("Unban")),
        _moderate(ModerationAction.MUTE, _("Mute")),
        _moderate(ModerationAction.UNMUTE, _("Unmute")),
        _give(Role.OWNER, _("Make an owner")),
        _give(Role.MODERATOR, _("Make a moderator")),
        _give(Role.MEMBER, _("Make a plain member")),
    )


@admin.register(Ban)
class BanPanel(RemovingPanel[Ban]):
    """Deleting a ban lets somebody come back."""

    list_display = ("user", "room", "by", "at")
    list_display_links = ("at",)
    list_select_related = ("user", "room", "by")
    list_filter = ("at",)
    search_fields = ("user__username_folded", "room__address_folded")
    narrowed_by = ("room__id", "user__id", "by__id")
    fields = ("user", "room", "by", "at")

    def remove(self, viewer: Viewer, row: Ban) -> None:
        unban = ModerationAction.UNBAN
        moderation.moderate_member(viewer=viewer, room_id=row.room_id, user_id=row.user_id, action=unban)


@admin.register(Invitation)
class InvitationPanel(RemovingPanel[Invitation]):
    """Invitations without their codes: staff keep order in a private room, and do not get in by this."""

    list_display = ("id", "room", "invited_by", "invitee", "expires_at", "uses_left")
    list_select_related = ("room", "invited_by", "invitee")
    list_filter = ("room__is_private", "expires_at")
    search_fields = ("room__address_folded", "invited_by__username_folded", "invitee__username_folded")
    narrowed_by = ("room__id", "invitee__id", "invited_by__id")
    fields = ("room", "invited_by", "invitee", "expires_at", "uses_left")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).filter(policies.is_good())

    def remove(self, viewer: Viewer, row: Invitation) -> None:
        invitations.revoke_invitation(viewer=viewer, invitation_id=row.pk)
