"""What the owners' pages call things: short, and never what goes on inside."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.verification.models import Application, Kind, Status
from accounts.verification.serializers import IN_REVIEW, OWNER_STATUS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: dict[str, "StrOrPromise"] = {
    Kind.NEW: _("Application for a badge"),
    Kind.RENEWAL: _("Renewal of the badge"),
    Kind.NAME_CHANGE: _("New name"),
    Kind.NUMBER_CHANGE: _("New number"),
    Kind.PROFILE_CHANGE: _("New photo, website or category"),
    Kind.REINSTATEMENT: _("Getting the badge back"),
}
STATUSES: dict[str, "StrOrPromise"] = {
    Status.DRAFT: _("Not sent yet"),
    IN_REVIEW: _("Being checked"),
    Status.NEEDS_INFORMATION: _("A reviewer asks you something"),
    Status.APPROVED: _("Approved"),
    Status.DECLINED: _("Declined"),
    Status.BARRED: _("Refused for good"),
    Status.WITHDRAWN: _("Withdrawn"),
    Status.LAPSED: _("Lapsed"),
}
# How a status is drawn: something good, something to look at.
TAGS = {
    Status.APPROVED.value: "done",
    Status.NEEDS_INFORMATION.value: "wrong",
    Status.DECLINED.value: "wrong",
    Status.BARRED.value: "wrong",
}


def kind_word(application: Application) -> "StrOrPromise":
    return KINDS[application.kind]


def status_word(application: Application) -> "StrOrPromise":
    return STATUSES[OWNER_STATUS[application.status]]


def tag_of(application: Application) -> str:
    return TAGS.get(application.status, "")
