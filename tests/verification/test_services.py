"""The rules of applying and deciding that the table of states does not show."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.badges import services as badges
from accounts.badges.models import Tier
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Membership, NumberUse
from accounts.clients.models import ClientApp
from accounts.errors import DomainError, Forbidden, Invalid, NotAllowed, Stale
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Application, Decision, Kind, Outcome, Source, Status
from tests.factories import (
    age,
    approve_now,
    badge_of,
    decline_now,
    let_undo_window_pass,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_cohort,
    make_draft,
    make_reviewer,
    make_submitted,
    next_number,
    owner_of,
    take_effect_now,
)

pytestmark = pytest.mark.django_db


def refused(code: str, act: Callable[[], object], kind: type[DomainError] = NotAllowed) -> DomainError:
    """It is refused with this code, and neither the journal nor any application changes."""
    before = (list(Application.objects.order_by("pk").values()), Event.objects.count())
    with pytest.raises(kind, match=rf"^{code}:") as refusal:
        act()
    assert (list(Application.objects.order_by("pk").values()), Event.objects.count()) == before
    return refusal.value


def approve(application: Application, by: User, **how: Any) -> Application:
    return verification.approve(application, tier=Tier.VERIFIED, by=by, **how)


def submit(application: Application) -> Application:
    return verification.submit(application, by=owner_of(application.account))


# Starting and changing.


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.NEW, None),
        (Kind.RENEWAL, "account_not_live"),
        (Kind.NAME_CHANGE, "account_not_live"),
        (Kind.NUMBER_CHANGE, "account_not_live"),
        (Kind.PROFILE_CHANGE, "account_not_live"),
        (Kind.REINSTATEMENT, "account_not_live"),
    ],
)
def test_what_an_account_that_is_not_approved_can_ask_for(kind: Kind, code: str | None, ada: User) -> None:
    account = make_account(make_business(ada))
    if code is None:
        verification.start(account, kind=kind, source=Source.API, by=ada)
    else:
        refused(code, lambda: verification.start(account, kind=kind, source=Source.API, by=ada))


@pytest.mark.parametrize(
    ("kind", "profile", "code"),
    [
        (Kind.NEW, {"display_name": "Toko"}, "account_already_approved"),
        (Kind.RENEWAL, {}, "renewal_too_early"),
        (Kind.NAME_CHANGE, {"display_name": "Warung Baru"}, None),
        (Kind.NUMBER_CHANGE, {"number": "+12025550199"}, None),
        (Kind.PROFILE_CHANGE, {"website": "https://warung.example"}, None),
        (Kind.REINSTATEMENT, {}, "nothing_to_reinstate"),
    ],
)
def test_what_an_account_with_a_badge_can_ask_for(
    kind: Kind, profile: dict[str, Any], code: str | None
) -> None:
    account = make_approved()
    start = partial(
        verification.start, account, kind=kind, source=Source.API, by=owner_of(account), **profile
    )
    if code is None:
        assert start().status == Status.DRAFT
    else:
        refused(code, start)


@pytest.mark.parametrize(
    ("kind", "profile", "code"),
    [
        (Kind.NAME_CHANGE, {"number": "+12025550199"}, "field_read_only"),
        (Kind.NUMBER_CHANGE, {"display_name": "Warung Baru"}, "field_read_only"),
        (Kind.REINSTATEMENT, {"website": "https://x.example"}, "field_read_only"),
        (Kind.NAME_CHANGE, {}, "name_unchanged"),
        (Kind.NUMBER_CHANGE, {}, "number_unchanged"),
        (Kind.PROFILE_CHANGE, {}, "nothing_changes"),
        (Kind.PROFILE_CHANGE, {"category": "bakery"}, "category_unknown"),
        (Kind.PROFILE_CHANGE, {"website": "javascript:alert(1)"}, "website_invalid"),
        (Kind.NUMBER_CHANGE, {"number": "0812 3456"}, "number_not_e164"),
    ],
)
def test_each_kind_changes_its_own_fields_only(
    kind: Kind, profile: dict[str, Any], code: str, rudi: User
) -> None:
    account = make_approved()
    if kind == Kind.REINSTATEMENT:
        badges.suspend(badge_of(account), reason="spam", by=rudi)
    refused(
        code,
        lambda: verification.start(account, kind=kind, source=Source.API, by=owner_of(account), **profile),
        Invalid,
    )


def test_one_open_application_of_a_kind() -> None:
    application = make_draft()
    refused("open_application_exists", lambda: make_draft(application.account))


def test_a_stale_revision_changes_nothing(ada: User) -> None:
    application = make_draft(make_account(make_business(ada)))
    verification.change(application, revision=1, by=ada, display_name="Warung Satu")
    refused(
        "stale",
        lambda: verification.change(application, revision=1, by=ada, display_name="Warung Dua"),
        Stale,
    )


def test_a_changed_number_is_swapped_while_the_owner_has_the_ball(rita: User, ada: User) -> None:
    application = make_claimed(rita, make_account(make_business(ada)))
    verification.ask(application, field="about", text="Another number?", by=rita)
    application.refresh_from_db()
    new = next_number()
    verification.change(application, revision=application.revision, by=ada, number=new)
    assert list(NumberUse.objects.values_list("number", flat=True)) == [new]


# Submitting.


def test_what_is_missing_is_said_all_at_once(ada: User) -> None:
    account = make_account(make_business(ada), contact_purposes=[])
    application = verification.start(account, kind=Kind.NEW, source=Source.API, by=ada, display_name="Ab")
    refusal = refused("requirements_missing", lambda: submit(application), Invalid)
    assert [(problem.code, problem.pointer) for problem in refusal.problems] == [
        ("name_too_short", "/display_name"),
        ("contact_purposes_missing", "/account/contact_purposes"),
        ("number_missing", "/number"),
        ("evidence_missing", "/evidence"),
    ]
    assert all(problem.text.id and problem.text.en for problem in refusal.problems)
    assert [r.code for r in verification.requirements(application)] == [p.code for p in refusal.problems]


def test_the_number_becomes_theirs_at_submission_not_as_a_draft() -> None:
    number = next_number()
    draft = make_draft(number=number)
    assert not NumberUse.objects.exists()
    faster = make_submitted(number=number)
    assert NumberUse.objects.get().account == faster.account
    refused("number_taken", lambda: submit(draft))


def test_a_proof_is_asked_for_until_there_is_one() -> None:
    application = make_submitted()
    assert [(r.code, r.blocks) for r in verification.requirements(application)] == [
        ("number_not_proven", "approval")
    ]


def test_after_a_decline_there_is_a_pause() -> None:
    declined = decline_now(make_submitted())
    again = make_draft(declined.account)
    refusal = refused("cool_down", lambda: submit(again))
    assert declined.ended_at is not None
    assert f"{declined.ended_at + timedelta(days=30):%Y-%m-%d}" in refusal.text.en
    age(declined, settings.COOL_DOWN - timedelta(minutes=1), "ended_at")
    refused("cool_down", lambda: submit(again))
    age(declined, timedelta(minutes=1), "ended_at")
    assert submit(again).status == Status.SUBMITTED


def test_the_pause_also_holds_for_the_number_under_another_business(mallory: User) -> None:
    declined = decline_now(make_submitted())
    other = make_draft(make_account(make_business(mallory)), number=declined.number)
    refused("cool_down", lambda: submit(other))


def test_a_withdrawn_application_costs_no_pause() -> None:
    application = make_submitted()
    verification.withdraw(application, by=owner_of(application.account))
    assert submit(make_draft(application.account, number=application.number)).status == Status.SUBMITTED


def test_a_change_that_was_approved_meanwhile_stands_in_the_open_applications(rita: User) -> None:
    """A name change that was started before a number change would otherwise take the old number again."""
    account = make_approved()
    old, new = account.number, next_number()
    renaming = make_draft(account, kind=Kind.NAME_CHANGE, display_name="Warung Lain")
    approve_now(submit(make_draft(account, kind=Kind.NUMBER_CHANGE, number=new)))
    renaming.refresh_from_db()
    assert renaming.number == new
    approve_now(submit(renaming))
    account.refresh_from_db()
    assert (account.number, account.live_name) == (new, "Warung Lain")
    assert list(NumberUse.objects.filter(account=account).values_list("number", flat=True)) == [new]
    assert not NumberUse.objects.filter(number=old).exists()


# Contesting.


def test_a_decline_is_contested_once_and_answered_by_another(rita: User, rudi: User) -> None:
    application = decline_now(make_submitted(), by=rita)
    owner = owner_of(application.account)
    verification.contest(application, text="Here we are.", by=owner)
    application.refresh_from_db()
    assert (application.status, application.contest_text) == (Status.SUBMITTED, "Here we are.")
    refused("another_reviewer_needed", lambda: verification.claim(application, by=rita))
    declined = decline_now(application, by=rudi)
    refused("contested_already", lambda: verification.contest(declined, text="Once more.", by=owner))


def test_the_one_who_seconded_a_decline_does_not_answer_the_objection(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.decline(application, reason="not_a_business", by=rita, second_wished=True)
    verification.second(application, by=rudi)
    let_undo_window_pass(application)
    verification.take_effect(application)
    verification.contest(application, text="But we are.", by=owner_of(application.account))
    for involved in (rita, rudi):
        refused("another_reviewer_needed", partial(verification.claim, application, by=involved))
    verification.claim(application, by=make_reviewer(role=Role.REVIEWER))


def test_a_contested_approval_makes_the_account_live(rita: User, rudi: User) -> None:
    application = decline_now(make_submitted(), by=rita)
    verification.contest(application, text="Here we are.", by=owner_of(application.account))
    approve_now(application, by=rudi)
    assert badge_of(application.account).status == "active"


def test_an_objection_that_comes_too_late_is_refused(mallory: User) -> None:
    """Its number is somebody else's, another application is open, the account is live, or closed."""
    application = decline_now(make_submitted())
    owner = owner_of(application.account)
    contest = partial(verification.contest, application, text="Here we are.", by=owner)
    taken = make_submitted(number=next_number())
    NumberUse.objects.filter(account=taken.account).update(number=application.number)
    refused("number_taken", contest)
    NumberUse.objects.all().delete()
    again = make_draft(application.account)
    refused("open_application_exists", contest)
    age(application, settings.COOL_DOWN, "ended_at")
    approve_now(submit(again))
    refused("account_already_approved", contest)
    businesses.close_account(application.account, by=owner)
    refused("account_closed", contest)


def test_a_contested_renewal_keeps_the_badge_again(rita: User) -> None:
    account = make_approved()
    age(badge_of(account), timedelta(days=310), "issued_at", "term_ends_at", "expires_at")
    renewal = decline_now(submit(make_draft(account, kind=Kind.RENEWAL)))
    assert badge_of(account).renewal_pending is False
    verification.contest(renewal, text="Please look again.", by=owner_of(account))
    assert badge_of(account).renewal_pending is True


# Four eyes.


def _protected_name(rita: User) -> Application:
    businesses.protect("Bank Sentosa", category="finance", country="ID", by=audit.SYSTEM)
    return make_claimed(rita, display_name="Bank Sentosa", category="retail")


def _name_of_a_protected_account(rita: User) -> Application:
    famous = make_approved(display_name="Kopi Senja Utama")
    businesses.protect_name(famous, True, by=make_reviewer())
    return make_claimed(rita, display_name="Kopi Senja Utarna")


def _protected_category(rita: User) -> Application:
    return make_claimed(rita, make_account(category="health"), category="health")


def _cohort_of_two(rita: User) -> Application:
    return make_claimed(rita, cohort=make_cohort(four_eyes=True))


@pytest.mark.parametrize(
    "case", [_protected_name, _name_of_a_protected_account, _protected_category, _cohort_of_two]
)
@pytest.mark.parametrize("outcome", Outcome)
def test_four_eyes_are_due_whatever_the_decision(
    case: Callable[[User], Application], outcome: Outcome, rita: User, rudi: User
) -> None:
    application = case(rita)
    held = {
        Outcome.APPROVE: lambda: approve(application, rita),
        Outcome.DECLINE: lambda: verification.decline(application, reason="name_of_another", by=rita),
        Outcome.BAR: lambda: verification.bar(application, reason="impersonation", by=rita),
    }[outcome]()
    assert held.status == Status.AWAITING_SECOND
    assert Decision.objects.get(application=application).effective_at is None
    refused("wrong_status", lambda: verification.take_effect(application))
    refused("same_person", lambda: verification.second(application, by=_promoted(rita)))
    decided = verification.second(application, by=rudi)
    assert decided.status == Status.DECIDED
    ended = {"approve": "approved", "decline": "declined", "bar": "barred"}
    assert take_effect_now(decided).status == ended[outcome]


def _promoted(reviewer: User) -> User:
    """Even with the second person's permission it stays the same person."""
    reviewer.role = Role.SENIOR_REVIEWER
    reviewer.save()
    return reviewer


def test_a_wish_for_a_second_is_one(rita: User, rudi: User) -> None:
    held = approve(make_claimed(rita), rita, second_wished=True)
    assert (held.status, held.second_wished) == (Status.AWAITING_SECOND, True)


@pytest.mark.parametrize("name", ["Warung Bu Siti", "Warung Bu Wati"])
def test_a_look_alike_of_an_ordinary_name_is_shown_and_needs_no_second(name: str, rita: User) -> None:
    make_approved(display_name="Warung Bu Siti")
    application = make_claimed(rita, display_name=name)
    assert ("name_look_alike" in application.findings) == (name == "Warung Bu Siti")
    assert approve(application, rita).status == Status.DECIDED


def test_an_ordinary_case_is_decided_by_one(rita: User) -> None:
    assert approve(make_claimed(rita), rita).status == Status.DECIDED


def test_the_database_refuses_the_same_person_twice(rita: User) -> None:
    application = make_claimed(rita)
    approve(application, rita, second_wished=True)
    with pytest.raises(IntegrityError, match="four_eyes_are_two_people"), transaction.atomic():
        Decision.objects.filter(application=application).update(seconded_by=rita)
    with pytest.raises(IntegrityError, match="nobody_overrules_themselves"), transaction.atomic():
        Decision.objects.filter(application=application).update(
            overruled=True, undone_by=rita, undone_at=clock.now()
        )


def test_after_an_overruling_a_senior_who_is_neither_decides_alone(
    rita: User, rudi: User, sinta: User
) -> None:
    rita.email = "rita@staff.example"
    rita.save()
    application = make_claimed(rita, make_account(category="health"), category="health")
    approve(application, rita)
    refused("reason_required", lambda: verification.overrule(application, reason=" ", by=rudi), Invalid)
    verification.overrule(application, reason="The licence is not theirs.", by=rudi)
    told = Message.objects.latest("id")
    assert (told.to, told.template) == (rita.email, "overruled")
    assert "The licence is not theirs." in told.body
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    ordinary = make_reviewer(role=Role.REVIEWER)
    for person in (rita, _promoted(rita), rudi, ordinary):
        refused("senior_needed", partial(verification.claim, application, by=person))
    verification.claim(application, by=sinta)
    assert approve(application, sinta).status == Status.DECIDED


def test_an_overruled_decision_never_takes_effect(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita, second_wished=True)
    verification.overrule(application, reason="No.", by=rudi)
    assert verification.tick()["took_effect"] == 0
    refused("wrong_status", lambda: verification.take_effect(application))


# The undo window.


def test_its_author_takes_a_decision_back_and_nothing_happened(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita)
    refused("undo_window_open", lambda: verification.take_effect(application))
    refused("not_the_author", lambda: verification.take_back(application, by=rudi))
    verification.take_back(application, by=rita)
    account = application.account
    account.refresh_from_db()
    assert (account.number, account.badges.count()) == (None, 0)
    assert Decision.objects.get(application=application).undone_by == rita


def test_the_second_reviewer_may_take_it_back_too(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita, second_wished=True)
    verification.second(application, by=rudi)
    assert verification.take_back(application, by=rudi).status == Status.SUBMITTED


def test_when_the_window_is_over_the_clock_has_it(rita: User) -> None:
    application = approve(make_claimed(rita), rita)
    let_undo_window_pass(application)
    refused("undo_window_over", lambda: verification.take_back(application, by=rita))


def test_the_window_is_five_minutes_by_default(rita: User) -> None:
    approve(make_claimed(rita), rita)
    decision = Decision.objects.get()
    assert decision.effective_at is not None
    assert abs(decision.effective_at - decision.decided_at - timedelta(minutes=5)) < timedelta(seconds=2)


@pytest.mark.parametrize("second_wished", [False, True])
def test_without_a_window_a_decision_takes_effect_at_once(
    second_wished: bool, no_undo_window: None, rita: User, rudi: User
) -> None:
    application = approve(make_claimed(rita), rita, second_wished=second_wished)
    if second_wished:
        application = verification.second(application, by=rudi)
    assert application.status == Status.APPROVED


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


# R6 and R7.


def test_R6_an_application_names_the_cohort_it_was_let_in_with() -> None:
    cohort = make_cohort()
    application = make_submitted(cohort=cohort)
    assert application.cohort == cohort == application.account.place.cohort


@pytest.mark.parametrize("kind", [Kind.NEW, Kind.NUMBER_CHANGE])
def test_R7_a_number_declared_personal_is_refused_until_it_is_released(kind: Kind, kai: ClientApp) -> None:
    number = next_number()
    assert ownership.declare_personal(number, by=kai) == "personal"
    account = make_approved() if kind == Kind.NUMBER_CHANGE else None
    application = make_draft(account, kind=kind, number=number)
    refused("number_is_personal", lambda: submit(application))
    ownership.release_personal(number, by=kai)
    assert submit(application).status == Status.SUBMITTED


def test_R7_a_change_to_a_personal_number_while_answering_is_refused(kai: ClientApp, rita: User) -> None:
    number = next_number()
    ownership.declare_personal(number, by=kai)
    application = make_claimed(rita)
    verification.ask(application, field="about", text="Another number?", by=rita)
    application.refresh_from_db()
    refused(
        "number_is_personal",
        lambda: verification.change(
            application, revision=application.revision, by=owner_of(application.account), number=number
        ),
    )


def test_R7_a_contested_decline_does_not_bring_a_personal_number_back(kai: ClientApp) -> None:
    application = decline_now(make_submitted())
    ownership.declare_personal(application.number, by=kai)
    refused(
        "number_is_personal",
        lambda: verification.contest(application, text="Mine.", by=owner_of(application.account)),
    )


@pytest.mark.parametrize("kind", [Kind.NEW, Kind.NUMBER_CHANGE])
def test_R7_a_number_declared_while_it_is_applied_for_is_not_approved_before_that_is_settled(
    kind: Kind, kai: ClientApp, rita: User, rudi: User
) -> None:
    account = make_approved() if kind == Kind.NUMBER_CHANGE else None
    application = make_claimed(rita, account, kind=kind, number=next_number())
    assert ownership.declare_personal(application.number, by=kai) == "disputed"
    refused("number_is_personal", lambda: approve(application, rita))
    dispute = application.account.disputes.get()
    ownership.settle_dispute(dispute, note="They use it for the shop.", by=rudi)
    assert approve(application, rita).status == Status.DECIDED


def test_R7_the_owners_own_contact_is_not_the_accounts_number() -> None:
    number = next_number()
    owner = businesses.find_or_create_owner("+6281234567890", name="Siti")
    User.objects.filter(pk=owner.pk).update(phone=number)
    application = make_draft(make_account(make_business(owner)), number=number)
    refusal = refused("requirements_missing", lambda: submit(application), Invalid)
    assert [problem.code for problem in refusal.problems] == ["owner_contact_is_the_number"]
