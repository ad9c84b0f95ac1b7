"""What every page of the panel at /admin has in common: it shows, and changes nothing but by a domain command.

Who works there is a `Viewer` like everybody, and the domain decides what they may do.
"""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property

from backend import database, languages
from backend.accounts import credentials
from backend.accounts.credentials import Viewer
from backend.errors import DomainError, Invalid
from backend.folding import Unseen, fold
from backend.languages import Text, plural, text

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)

# Django's own are generic for the type checker alone.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline
    _ModelForm = forms.ModelForm
    _Paginator = Paginator
else:

    class _ModelAdmin(admin.ModelAdmin, Generic[M]): ...

    class _TabularInline(admin.TabularInline, Generic[M, P]): ...

    class _ModelForm(forms.ModelForm, Generic[M]): ...

    class _Paginator(Paginator, Generic[M]): ...


# What a page does to one row; it may raise a `DomainError`.
Command = Callable[[Viewer, M], object]


def viewer_of(request: HttpRequest) -> Viewer:
    """The person at the panel, for whom it asks the domain."""
    viewer = credentials.from_request(request)
    if viewer is None:  # logged out since the page was let through
        raise PermissionDenied
    return viewer


class Pages(_Paginator[M]):
    """Counts no further than `PANEL_ROWS_MAX`: nobody pages that far, and counting a large table takes long."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet), "what a list of the panel is made of"
        # Without the columns that are counted for each row: they are for those that are shown.
        return int(rows.order_by().values("pk")[: settings.PANEL_ROWS_MAX].count())


class Panel(_ModelAdmin[M]):
    """A list and a page to look at, for all staff."""

    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    paginator = Pages
    list_per_page = list_max_show_all = settings.PANEL_PAGE_SIZE
    show_full_result_count = False
    # Columns, beside the filters, that an address may narrow the list by: others could be guessed, letter by letter.
    narrowed_by: ClassVar[tuple[str, ...]] = ()

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        columns = (*map(_column, self.list_filter), *self.narrowed_by)
        return any(lookup == each or lookup.startswith(f"{each}__") for each in columns)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """By folded names, as everywhere."""
        try:
            return super().get_search_results(request, queryset, fold(search_term[: settings.SEARCH_MAX_LENGTH]))
        except Unseen:
            return queryset.none(), False

    # --- Commands -------------------------------------------------------------------------------------------

    def do_each(self, request: HttpRequest, rows: QuerySet[M], command: Command[M], change: Text) -> None:
        """Call a command for each row that was chosen, and note it as this `change`. Raises `Invalid`: see `_each`."""

        def do(viewer: Viewer, row: M) -> None:
            command(viewer, row)
            self.log_change(request, row, change)

        count = self._each(request, rows, do)
        self.message_user(request, plural("Done, for {n}.", "Done, for {n}.", count), messages.SUCCESS)

    def _each(self, request: HttpRequest, rows: QuerySet[M], do: Command[M]) -> int:
        """For how many it was done: one by one, in the order of their keys. The first refusal is the end.

        What was done before it stays. Raises `Invalid`, which says how far it came.
        """
        chosen = list(rows.order_by("pk")[: settings.PANEL_PAGE_SIZE + 1])
        if len(chosen) > settings.PANEL_PAGE_SIZE:
            raise Invalid(detail=text("At most {most} at once.", most=settings.PANEL_PAGE_SIZE))
        viewer = viewer_of(request)
        for done, row in enumerate(chosen):
            try:
                with transaction.atomic():  # with what is noted of it
                    do(viewer, row)
            except DomainError as error:
                so_far = plural("{n} was done before.", "{n} were done before.", done)
                raise Invalid(detail=text("{row}: {why} {so_far}", row=row, why=error.detail, so_far=so_far)) from error
        return len(chosen)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except DomainError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # --- The trail ------------------------------------------------------------------------------------------

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> LogEntry:
        return self._note(request, obj, CHANGE, message)

    def _note(self, request: HttpRequest, obj: M, flag: int, message: Any) -> LogEntry:
        """Without the name of what it was done to: that may have to be forgotten."""
        assert request.user.pk, "let in"
        with translation.override(languages.ENGLISH):  # whoever reads it may speak another language than who did it
            entry = LogEntry.objects.create(
                action_time=database.now(),
                user_id=request.user.pk,
                content_type=ContentType.objects.get_for_model(obj),
                object_id=str(obj.pk),
                object_repr=f"{self.opts.verbose_name} {obj.pk}",
                action_flag=flag,
                change_message=json.dumps(message) if isinstance(message, list) else str(message),
            )
        LogEntry.objects.filter(pk__lte=entry.pk - settings.PANEL_ENTRIES_MAX).delete()
        return entry


def _column(list_filter: Any) -> str:
    """What a filter of a list narrows it by: a column, one with its own way of filtering, or something of its own."""
    if isinstance(list_filter, str):
        return list_filter
    return str(list_filter[0] if isinstance(list_filter, tuple) else list_filter.parameter_name)


class RemovingPanel(Panel[M]):
    """Where rows can be taken away too, with Django's pages that ask once more."""

    def remove(self, viewer: Viewer, row: M) -> None:
        """The domain command that takes one away. Raises `DomainError`."""
        raise NotImplementedError

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def get_deleted_objects(
        self, objs: Sequence[M] | QuerySet[M], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What is chosen. Django would load all that hangs on it, which the command may keep anyway."""
        chosen = list(objs[: settings.PANEL_PAGE_SIZE])
        return [str(each) for each in chosen], {str(self.opts.verbose_name_plural): len(chosen)}, set(), []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            self.message_user(request, error.detail, messages.ERROR)
            change = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(change, args=(object_id,)))

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self._remove_and_note(request, viewer_of(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        self._each(request, queryset, lambda viewer, row: self._remove_and_note(request, viewer, row))

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[M]) -> list[LogEntry]:
        return []  # Django asks before; it is noted when it is done

    def _remove_and_note(self, request: HttpRequest, viewer: Viewer, row: M) -> None:
        key = row.pk
        self.remove(viewer, row)
        row.pk = key  # which Django takes from what it deletes
        self._note(request, row, DELETION, "")


class CommandForm(_ModelForm[M]):
    """What is typed goes to a domain command, which makes the change or says what is wrong with it."""

    request: HttpRequest  # a subclass for each request has it

    def command(self, viewer: Viewer) -> None:
        """Raises `DomainError`. What was not touched is not in `changed_data`, and stays as it is by now."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.changed_data and not self.errors:
            try:
                with transaction.atomic():  # else what it has done before it is refused stays
                    self.command(viewer_of(self.request))
            except DomainError as error:
                self._show(error)
        return cleaned

    def _show(self, error: DomainError) -> None:
        """Beside the fields that are wrong, if the domain names some that are here."""
        fields = error.fields if isinstance(error, Invalid) else ()
        for each in fields:
            self.add_error(each.path[0] if each.path[0] in self.fields else None, each.detail)
        if not fields:
            self.add_error(None, error.detail)


class ChangingPanel(Panel[M]):
    """Where the page of a row has fields to change, by the command of its form."""

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> type[_ModelForm[M]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def get_inlines(self, request: HttpRequest, obj: M | None) -> Any:
        # What they show cannot be changed: a form that is sent has nothing of theirs.
        return () if request.method == "POST" else super().get_inlines(request, obj)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        """The form's command has done it."""


class _Latest(BaseInlineFormSet):  # type: ignore[type-arg]  # of any two models
    def get_queryset(self) -> Any:
        if not hasattr(self, "_shown"):
            self._shown = super().get_queryset()[: settings.PANEL_INLINE_SIZE]
        return self._shown


class Latest(_TabularInline[M, Any]):
    """The newest rows that belong to one, to look at."""

    formset = _Latest
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)  # so that no form field is made, and no choices are looked up
