"""The staff's way around: the desks, and what else waits for somebody, each with its number, on every page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from accounts.verification import desks, filters

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()

QUEUE = "admin:verification_application_changelist"
# What waits elsewhere: the key of its number, where it is, and who is shown it.
ELSEWHERE: list[tuple[str, "StrOrPromise", str, str]] = [
    ("reports", _("Reports"), "admin:reports_reportcase_changelist", "reports.view_reportcase"),
    (
        "disputes",
        _("Declared personal"),
        "admin:businesses_numberdispute_changelist",
        "businesses.view_numberdispute",
    ),
    ("claims", _("Claimed numbers"), "admin:proofs_numberclaim_changelist", "proofs.view_numberclaim"),
    (
        "checks",
        _("Quality"),
        "admin:verification_qualitycheck_changelist",
        "verification.review_application",
    ),
    ("", _("Figures"), "admin:verification_qualitycheck_figures", "verification.view_figures"),
    ("", _("Message texts"), "admin:outbox_message_texts", "outbox.view_template"),
]


@dataclass(frozen=True)
class Link:
    label: "StrOrPromise"
    address: str
    number: int | None
    here: bool

    @property
    def shown(self) -> str:
        """The number, as far as it was counted."""
        if self.number is None:
            return ""
        return f"{desks.MOST}+" if self.number > desks.MOST else str(self.number)


@register.inclusion_tag("admin/verification/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """Nothing for anybody who may not see applications, and nothing before the sign-in is over."""
    request: HttpRequest | None = context.get("request")
    person = getattr(request, "user", None)
    if (
        request is None
        or not isinstance(person, User)
        or not person.has_perm("verification.view_application")
    ):
        return {"links": []}
    counts = desks.counts(person)
    queue = reverse(QUEUE)
    chosen = filters.chosen_desk(request).name if request.path == queue else ""
    links = [
        Link(desk.label, f"{queue}?desk={desk.name}", counts.get(desk.name), desk.name == chosen)
        for desk in desks.DESKS
    ]
    for key, label, name, permission in ELSEWHERE:
        if person.has_perm(permission):
            address = reverse(name)
            links.append(Link(label, address, counts.get(key), request.path == address))
    return {"links": links}
