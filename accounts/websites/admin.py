"""Proofs of websites, to be read."""

from django.contrib import admin

from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import ReadOnly
from accounts.websites.models import WebsiteProof


@admin.register(WebsiteProof)
class WebsiteProofAdmin(LoggedViews, ReadOnly):
    list_display = ["id", "account", "host", "status", "method", "proven_at", "checked_at", "next_check_at"]
    list_select_related = ["account"]
    list_filter = ["status", "method"]
    search_fields = ["=host", "=account__id", "=id"]
    ordering = ["-started_at", "-id"]
    fields = [
        "id",
        "account",
        "host",
        "status",
        "method",
        "started_at",
        "proven_at",
        "checked_at",
        "code",
        "failures",
        "next_check_at",
        "warned_at",
        "over_at",
    ]
