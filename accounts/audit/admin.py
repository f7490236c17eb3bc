"""The journal, and the log of refusals and views: read by the staff, written by nobody here."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audit.models import Event, LogEntry
from accounts.audit.verbs import ReadOnly
from accounts.sentences import SENTENCES
from accounts.spoken import spoken


class Typed(admin.SimpleListFilter):
    """A filter that is typed, not picked: exactly this value. A list of all of them would read the whole journal."""

    template = "admin/audit/typed_filter.html"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        others = {name: value for name, value in changelist.params.items() if name != self.parameter_name}
        yield {"name": self.parameter_name, "value": self.value() or "", "others": others}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = (self.value() or "").strip()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset


class ByKind(Typed):
    title = _("kind")
    parameter_name = "kind"


class ByThing(Typed):
    title = _("what it happened to")
    parameter_name = "on"


class ByActor(Typed):
    title = _("who did it")
    parameter_name = "by"


class JournalPages(Paginator[Event]):
    """The journal is gap-free: unfiltered, its last number is its length."""

    object_list: QuerySet[Event]

    @cached_property
    def count(self) -> int:
        if self.object_list.query.where:
            return self.object_list.count()
        return self.object_list.aggregate(last=Max("seq"))["last"] or 0


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ["seq", "at", "kind", "on", "by", "data"]
    list_filter = [ByKind, ByThing, ByActor]
    fields = ["seq", "at", "kind", "by", "on", "data", "digest_in_hex"]
    paginator = JournalPages

    @admin.display(description=_("digest"))
    def digest_in_hex(self, event: Event) -> str:
        return bytes(event.digest).hex()


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly):
    list_display = ["at", "kind", "meaning", "on", "by", "data"]
    list_filter = [ByKind, ByThing, ByActor]
    fields = ["at", "kind", "meaning", "by", "on", "data"]

    @admin.display(description=_("meaning"))
    def meaning(self, entry: LogEntry) -> str:
        """Of an alert, for whom it is meant: what it says, and what to do."""
        sentence = SENTENCES.get(entry.data.get("code", "")) if entry.kind == "alert" else None
        if sentence is None:
            return ""
        try:
            return spoken(sentence.format(**entry.data))
        except KeyError:  # of an older release, with other facts
            return ""
