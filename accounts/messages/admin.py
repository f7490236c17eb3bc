"""The outbox, to be looked at: what was sent to whom, and what could not be."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, HttpResponse

from accounts.audit import journal as audit
from accounts.audit.staffpages import LoggedViews
from accounts.messages.models import Message


@admin.register(Message)
class MessageAdmin(LoggedViews):
    # No addresses in the list: opening a message is what the log notes.
    list_display = ["id", "created_at", "template", "channel", "language", "status", "attempts", "about"]
    list_filter = ["status", "channel", "template", "created_at"]
    search_fields = ["=about", "=to"]
    search_help_text = "acc_… app_… +62…"
    readonly_fields = [
        "id",
        "channel",
        "to",
        "language",
        "template",
        "subject",
        "body",
        "about",
        "by",
        "status",
        "attempts",
        "last_error",
        "created_at",
        "next_attempt_at",
        "sent_at",
    ]
    fields = [*readonly_fields]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A search says whether a contact is known, and to which account."""
        response = super().changelist_view(request, extra_context)
        if response.status_code == 200 and request.GET.get(SEARCH_VAR):
            audit.log("viewed", by=request.user, on=None, data={"list": "outbox", "searched": True})
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
