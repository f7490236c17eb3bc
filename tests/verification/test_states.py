"""Every action from every status, generated from the transition table."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts import clock
from accounts.audit.models import Event, LogEntry
from accounts.badges.models import Tier
from accounts.businesses.models import Account, NumberUse
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.sentences import WORDS
from accounts.verification import evidence
from accounts.verification import services as verification
from accounts.verification.models import OPEN, Application, Claim, Decision, Note, Question, Status
from accounts.verification.transitions import TRANSITIONS
from tests.factories import (
    PDF,
    age,
    let_undo_window_pass,
    make_claimed,
    make_draft,
    make_submitted,
    owner_of,
    uploaded,
)

pytestmark = pytest.mark.django_db

S = Status
Move = Callable[[Application, User, User], object]


def next_year() -> date:
    return (clock.now() + timedelta(days=366)).date()


def application_in(status: Status, rita: User, rudi: User) -> Application:
    """An application on its usual way, as far as `status`. Where it is to be worked on, Rita has claimed it."""
    if status == S.DRAFT:
        return make_draft()
    if status == S.LAPSED:
        application = make_draft()
        age(application, settings.LAPSE_AFTER, "changed_at")
        return verification.lapse(application)
    application = make_claimed(rita)
    steps: dict[Status, list[Callable[[], Application]]] = {
        S.SUBMITTED: [],
        S.NEEDS_INFORMATION: [
            lambda: verification.ask(application, field="about", text="Since when?", by=rita)
        ],
        S.DEFERRED: [lambda: verification.defer(application, until=next_year(), by=rita)],
        S.AWAITING_SECOND: [lambda: _approve(application, rita, second_wished=True)],
        S.DECIDED: [lambda: _approve(application, rita)],
        S.APPROVED: [lambda: _approve(application, rita), lambda: _take_effect(application)],
        S.DECLINED: [lambda: _decline(application, rita), lambda: _take_effect(application)],
        S.BARRED: [lambda: _bar(application, rita), lambda: _take_effect(application)],
        S.WITHDRAWN: [lambda: verification.withdraw(application, by=owner_of(application.account))],
    }
    for step in steps[status]:
        step()
    application.refresh_from_db()
    return application


def _approve(application: Application, by: User, **how: Any) -> Application:
    return verification.approve(application, tier=Tier.VERIFIED, by=by, **how)


def _decline(application: Application, by: User) -> Application:
    return verification.decline(application, reason="evidence_insufficient", by=by)


def _bar(application: Application, by: User) -> Application:
    return verification.bar(application, reason="fraud", by=by)


def _take_effect(application: Application) -> Application:
    let_undo_window_pass(application)
    return verification.take_effect(application)


def _owner(application: Application) -> User:
    return owner_of(application.account)


# How each line of the table is asked for, by somebody who may. Whether it is allowed depends on the status only.
MOVES: dict[str, Move] = {
    "submit": lambda a, rita, rudi: verification.submit(a, by=_owner(a)),
    "ask": lambda a, rita, rudi: verification.ask(a, field="about", text="Where is the shop?", by=rita),
    "answer": lambda a, rita, rudi: verification.answer(a, text="In Bandung.", by=_owner(a)),
    "defer": lambda a, rita, rudi: verification.defer(a, until=next_year(), by=rita),
    "resume": lambda a, rita, rudi: verification.resume(a, by=rita),
    "approve": lambda a, rita, rudi: _approve(a, rita),
    "decline": lambda a, rita, rudi: _decline(a, rita),
    "bar": lambda a, rita, rudi: _bar(a, rita),
    "escalate": lambda a, rita, rudi: verification.escalate(a, note="A brand of two towns.", by=rita),
    "second": lambda a, rita, rudi: verification.second(a, by=rudi),
    "overrule": lambda a, rita, rudi: verification.overrule(a, reason="The evidence is thin.", by=rudi),
    "take_back": lambda a, rita, rudi: verification.take_back(a, by=rita),
    "take_effect": lambda a, rita, rudi: verification.take_effect(a),
    "fall_back": lambda a, rita, rudi: verification.take_effect(a),
    "contest": lambda a, rita, rudi: verification.contest(a, text="We are a business.", by=_owner(a)),
    "withdraw": lambda a, rita, rudi: verification.withdraw(a, by=_owner(a)),
    "lapse": lambda a, rita, rudi: verification.lapse(a),
}


def _prepare(application: Application, action: str, rita: User) -> None:
    """Let the time pass, or the guard break, that the action waits for."""
    if action == "lapse":
        age(application, settings.LAPSE_AFTER, "changed_at")
    if action in ("take_effect", "fall_back") and application.status == S.DECIDED:
        let_undo_window_pass(application)
    if action == "fall_back":
        NumberProof.objects.filter(account=application.account_id).update(failed_at=clock.now())
    application.refresh_from_db()


def everything_about(application: Application) -> list[Any]:
    """All columns of the application's row, and the rows that belong to it."""
    of_it: list[Any] = [list(Application.objects.filter(pk=application.pk).values())]
    for model in (Claim, Decision, Note, Question):
        of_it.append(list(model._default_manager.filter(application=application).order_by("pk").values()))
    of_it.append(list(Account.objects.filter(pk=application.account_id).values()))
    of_it.append(list(NumberUse.objects.filter(account=application.account_id).values()))
    of_it.append(list(application.account.badges.values()))
    return of_it


def test_every_line_of_the_table_is_tried() -> None:
    assert MOVES.keys() == TRANSITIONS.keys()


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", TRANSITIONS)
def test_every_action_from_every_status(action: str, status: Status, rita: User, rudi: User) -> None:
    transition = TRANSITIONS[action]
    application = application_in(status, rita, rudi)
    assert application.status == status
    _prepare(application, action, rita)
    before = everything_about(application)
    last = Event.objects.count()

    if status in transition.sources:
        MOVES[action](application, rita, rudi)
        application.refresh_from_db()
        assert application.status in transition.targets
        assert (application.ended_at is None) == (application.status in OPEN)
        (event,) = Event.objects.filter(seq__gt=last, kind=transition.event)
        assert (event.on, event.data["status"]) == (application.pk, application.status)
        assert not Claim.objects.filter(application=application).exists()
        return

    with pytest.raises(NotAllowed) as refused:
        MOVES[action](application, rita, rudi)
    assert refused.value.code == expected_code(action, status)
    if refused.value.code != "undo_window_over":
        assert refused.value.params["status"] == status
        assert all(
            word in sentence
            for word, sentence in zip(WORDS["status"][status], refused.value.text, strict=True)
        )
    assert everything_about(application) == before
    assert Event.objects.count() == last
    entry = LogEntry.objects.latest("id")
    assert (entry.kind, entry.on, entry.data["code"]) == ("refused", application.pk, refused.value.code)


OF_THE_FIRST_REVIEWER = ("approve", "decline", "bar", "ask", "defer", "escalate")


def expected_code(action: str, status: Status) -> str:
    """Whoever was slower reads who was faster; whoever is too late, that it is too late."""
    if action in OF_THE_FIRST_REVIEWER and status in (S.DECIDED, S.AWAITING_SECOND):
        return "decided_by_another"
    if action == "take_back" and status in (S.APPROVED, S.DECLINED, S.BARRED):
        return "undo_window_over"
    return "wrong_status"


# What is no line of the table, for the status stays: working on a case, and changing what is applied for.

STEADY: dict[str, tuple[tuple[Status, ...], Move]] = {
    "claim": ((S.SUBMITTED,), lambda a, rita, rudi: verification.claim(a, by=rita)),
    "change": (
        (S.DRAFT, S.NEEDS_INFORMATION),
        lambda a, rita, rudi: verification.change(
            a, revision=a.revision, by=_owner(a), display_name="Kue Ibu"
        ),
    ),
    "add_evidence": (
        (S.DRAFT, S.NEEDS_INFORMATION),
        lambda a, rita, rudi: evidence.add(a, file=uploaded("more.pdf", PDF + b" \n%%EOF"), by=_owner(a)),
    ),
    "remove_evidence": (
        (S.DRAFT, S.NEEDS_INFORMATION),
        lambda a, rita, rudi: evidence.remove(a.evidence.get(), by=_owner(a)),
    ),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", STEADY)
def test_what_leaves_the_status_alone(action: str, status: Status, rita: User, rudi: User) -> None:
    allowed, act = STEADY[action]
    application = application_in(status, rita, rudi)
    before, files, last = everything_about(application), application.evidence.count(), Event.objects.count()
    if status in allowed:
        act(application, rita, rudi)
    else:
        with pytest.raises(NotAllowed, match=f"wrong_status.*{WORDS['status'][status].en}"):
            act(application, rita, rudi)
        assert everything_about(application) == before
        assert application.evidence.count() == files
        assert Event.objects.count() == last
    application.refresh_from_db()
    assert application.status == status


def test_the_buttons_that_a_reviewer_sees(rita: User, rudi: User, sinta: User) -> None:
    """`allowed_actions` only draws buttons; whether an action works is the services' business."""
    drawn = {
        status: verification.allowed_actions(application_in(status, rita, rudi), by=rita) for status in Status
    }
    assert {status: actions for status, actions in drawn.items() if actions} == {
        S.SUBMITTED: ["approve", "ask", "defer", "decline", "bar", "escalate", "release"],
        S.DEFERRED: ["resume"],
        S.DECIDED: ["take_back"],
    }
    held = application_in(S.AWAITING_SECOND, sinta, rudi)
    assert verification.allowed_actions(held, by=rudi) == ["second", "overrule"]
    assert verification.allowed_actions(held, by=sinta) == verification.allowed_actions(held, by=rita) == []
    assert verification.allowed_actions(make_submitted(), by=rita) == ["claim"]
