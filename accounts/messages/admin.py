"""The outbox, to be looked at: what was sent to whom, and what could not be."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.audit import journal as audit
from accounts.audit.staffpages import LoggedViews
from accounts.messages import preview
from accounts.messages.models import Delivery, Message

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Delivery, Message]
else:
    TabularInline = admin.TabularInline  # generic for the type checker only


class Deliveries(TabularInline):
    """The log of attempts; whoever may see the message may see it."""

    model = Delivery
    template = "admin/outbox/deliveries.html"  # Django's own has headers without a word
    readonly_fields = ["at", "outcome", "error", "reference"]
    fields = [*readonly_fields]
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("outbox.view_message")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


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
    inlines = [Deliveries]

    def get_urls(self) -> list[URLPattern]:
        texts = path("texts/", self.admin_site.admin_view(self.texts_view), name="outbox_message_texts")
        return [texts, *super().get_urls()]

    @method_decorator(require_safe)
    def texts_view(self, request: HttpRequest) -> HttpResponse:
        """Every template as it reads. They are code: who wants one changed says so."""
        if not request.user.has_perm("outbox.view_template"):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Message texts"),
            "texts": list(preview.everything()),
        }
        return TemplateResponse(request, "admin/outbox/texts.html", context)

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
