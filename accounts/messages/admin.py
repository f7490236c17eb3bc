"""The outbox, to be looked at: what was sent to whom, and what could not be."""

from django.contrib import admin
from django.http import HttpRequest

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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
