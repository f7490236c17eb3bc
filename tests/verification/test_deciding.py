"""Who may decide, and what a reviewer writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.audit.models import LogEntry
from accounts.businesses.models import Membership
from accounts.errors import Forbidden, Invalid
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Application, Decision
from tests.factories import (
    make_claimed,
    make_reviewer,
    make_submitted,
)
from tests.verification.deeds import approve, refused

pytestmark = pytest.mark.django_db


# Guards of an approval.


def test_an_approval_needs_the_number_proven(rita: User) -> None:
    application = make_submitted()
    verification.claim(application, by=rita)
    refused("number_not_proven", lambda: approve(application, rita))


@pytest.mark.parametrize(
    ("act", "code", "pointer"),
    [
        (lambda a, by: verification.approve(a, tier="gold", by=by), "tier_unknown", "/tier"),
        (lambda a, by: verification.decline(a, reason="", by=by), "reason_required", "/reason"),
        (lambda a, by: verification.decline(a, reason="fraud", by=by), "reason_unknown", "/reason"),
        (lambda a, by: verification.bar(a, reason="not_a_business", by=by), "reason_unknown", "/reason"),
        (lambda a, by: verification.ask(a, field="about", text=" ", by=by), "question_missing", "/text"),
        (
            lambda a, by: verification.decline(a, reason="not_a_business", message="x" * 2001, by=by),
            "value_too_long",
            "/message",
        ),
        (
            lambda a, by: verification.approve(a, tier="verified", note="\0", by=by),
            "hidden_characters",
            "/note",
        ),
        (
            lambda a, by: verification.defer(a, until=clock.now().date() - timedelta(days=1), by=by),
            "date_in_the_past",
            "/until",
        ),
    ],
)
def test_what_a_reviewer_writes_is_checked(act: Any, code: str, pointer: str, rita: User) -> None:
    application = make_claimed(rita)
    refusal = refused(code, lambda: act(application, rita), Invalid)
    assert [problem.pointer for problem in refusal.problems] == [pointer]


# Who may.

VERBS: dict[str, Callable[[Application, User], object]] = {
    "approve": approve,
    "decline": lambda a, by: verification.decline(a, reason="not_a_business", by=by),
    "bar": lambda a, by: verification.bar(a, reason="fraud", by=by),
    "ask": lambda a, by: verification.ask(a, field="about", text="Since when?", by=by),
    "escalate": lambda a, by: verification.escalate(a, note="Hard.", by=by),
    "defer": lambda a, by: verification.defer(a, until=clock.now().date() + timedelta(days=9), by=by),
    "resume": lambda a, by: verification.resume(a, by=by),
    "second": lambda a, by: verification.second(a, by=by),
    "overrule": lambda a, by: verification.overrule(a, reason="No.", by=by),
    "take_back": lambda a, by: verification.take_back(a, by=by),
}
REVIEWERS = (Role.REVIEWER, Role.SENIOR_REVIEWER)


def _ready(verb: str, by: User, rita: User) -> Application:
    """An application on which `by` could act, as far as its status and claim go."""
    application = make_claimed(rita)
    if verb in ("second", "overrule"):
        approve(application, rita, second_wished=True)
    elif verb == "take_back":
        approve(application, rita)
        Decision.objects.update(author=by)
    elif verb == "resume":
        verification.defer(application, until=clock.now().date() + timedelta(days=9), by=rita)
    else:
        application.claim.reviewer = by
        application.claim.save()
    application.refresh_from_db()
    return application


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", VERBS)
def test_who_may_decide(verb: str, role: Role, rita: User) -> None:
    person = make_reviewer(role=role)
    application = _ready(verb, person, rita)
    may = role == Role.SENIOR_REVIEWER if verb in ("second", "overrule") else role in REVIEWERS
    if may:
        VERBS[verb](application, person)
    else:
        refused("permission_missing", lambda: VERBS[verb](application, person), Forbidden)


@pytest.mark.parametrize("verb", VERBS)
def test_a_reviewer_who_may_not_sign_in_decides_nothing(verb: str, rita: User) -> None:
    person = make_reviewer()
    application = _ready(verb, person, rita)
    person.is_active = False
    person.save()
    refused("permission_missing", lambda: VERBS[verb](application, person), Forbidden)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "take_back"])
def test_nobody_decides_on_a_business_they_are_a_member_of(verb: str, rita: User) -> None:
    person = make_reviewer()
    application = _ready(verb, person, rita)
    Membership.objects.create(business=application.account.business, person=person)
    refused("own_business", lambda: VERBS[verb](application, person), Forbidden)
    assert LogEntry.objects.latest("id").data == {
        "action": f"verification.{verb}",
        "code": "own_business",
    }
