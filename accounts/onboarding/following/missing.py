"""What an application still lacks, each with the page where it can be mended. The list is the API's own."""

from typing import NamedTuple

from django.urls import NoReverseMatch, reverse

from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.form_of_questions import asked_about
from accounts.spoken import spoken
from accounts.verification import services as verification
from accounts.verification.models import OPEN, Application, Status


class Missing(NamedTuple):
    text: str
    address: str  # empty where there is nothing to open


def missing(application: Application) -> list[Missing]:
    """Empty once it has ended; also what stands in the way of an approval only."""
    if application.status not in OPEN:
        return []
    return [
        Missing(spoken(one.text), page_of(application, one.pointer, one.code))
        for one in verification.requirements(application)
    ]


def page_of(application: Application, pointer: str, code: str = "") -> str:
    """Where this can be mended now. A number is proven at any time, the rest while the owner has the ball."""
    if code == "number_not_proven":
        return _address("prove_number", application)
    if application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        return ""
    question = asked_about(Draft(application), pointer)
    return _address("question", application, slug=question.slug) if question else ""


def _address(name: str, application: Application, **more: str) -> str:
    try:
        return reverse(name, kwargs={"application_id": application.pk, **more})
    except NoReverseMatch:
        return ""
