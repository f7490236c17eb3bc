"""The rules of applying that the table of states does not show."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings

from accounts.badges import services as badges
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import NumberUse
from accounts.clients.models import ClientApp
from accounts.errors import Invalid, Stale
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Kind, Source, Status
from tests.factories import (
    age,
    approve_now,
    badge_of,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_cohort,
    make_draft,
    make_submitted,
    next_number,
    owner_of,
)
from tests.verification.deeds import approve, refused, submit

pytestmark = pytest.mark.django_db


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
