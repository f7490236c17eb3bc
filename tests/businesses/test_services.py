"""Businesses, their accounts, and whose number is whose (R7)."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.audit import journal as audit
from accounts.audit.models import Event, EventNumber, LogEntry
from accounts.badges.models import BadgeStatus
from accounts.businesses import bars, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Bar, NumberDispute, NumberUse, ProtectedName
from accounts.clients import services as clients
from accounts.clients.models import ClientApp
from accounts.errors import Forbidden, Invalid, NotAllowed, Stale
from accounts.people.models import User
from accounts.people.roles import Role
from tests.factories import (
    badge_of,
    bar_now,
    make_account,
    make_approved,
    make_business,
    make_owner,
    make_reviewer,
    make_submitted,
    next_number,
)

pytestmark = pytest.mark.django_db


def problem_of(refusal: Invalid) -> tuple[str, str]:
    (problem,) = refusal.problems
    return problem.code, problem.pointer


# Businesses and owners.


def test_a_business_is_opened_with_its_owner(ada: User) -> None:
    business = businesses.open_business(
        kind="sole_trader", legal_name=" Siti Aminah ", country="ID", owner=ada, by=ada
    )
    assert (business.legal_name, list(business.members.all())) == ("Siti Aminah", [ada])
    event = Event.objects.get(kind="business.opened")
    assert (event.on, event.by, event.data) == (
        business.pk,
        ada.pk,
        {"kind": "sole_trader", "country": "ID"},
    )


@pytest.mark.parametrize(
    ("facts", "code", "pointer"),
    [
        ({"kind": "charity"}, "choice_unknown", "/kind"),
        ({"legal_name": " "}, "legal_name_missing", "/legal_name"),
        ({"legal_name": "x" * 161}, "value_too_long", "/legal_name"),
        ({"legal_name": "CV \0"}, "hidden_characters", "/legal_name"),
        ({"legal_name": "CV \ud800"}, "hidden_characters", "/legal_name"),
        ({"country": "XX"}, "country_unknown", "/country"),
        ({"country": "id"}, "country_unknown", "/country"),
        ({"registration_number": "9" * 41}, "value_too_long", "/registration_number"),
    ],
)
def test_what_is_written_about_a_business_is_checked(facts: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_business(**facts)
    assert problem_of(refused.value) == (code, pointer)
    assert not Event.objects.filter(kind="business.opened").exists()


def test_an_owner_is_one_person_however_the_contact_is_written() -> None:
    assert make_owner("Ada", "Ada@Owner.example") == make_owner("Ada L.", " ada@owner.example ")
    by_phone = make_owner("Siti", "+62 812-3456-7890")
    assert by_phone.phone == "+6281234567890"
    assert make_owner("Siti", "+6281234567890") == by_phone


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ("", "owner_contact_missing"),
        ("   ", "owner_contact_missing"),
        ("ada@", "owner_contact_invalid"),
        ("ada\0@owner.example", "owner_contact_invalid"),
        ("0812", "owner_contact_invalid"),
        ("+620000", "owner_contact_invalid"),
    ],
)
def test_a_contact_nobody_can_be_reached_at_is_refused(contact: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        businesses.find_or_create_owner(contact)
    assert problem_of(refused.value) == (code, "/owner/contact")


def test_staff_are_no_owners(rita: User) -> None:
    User.objects.filter(pk=rita.pk).update(email="rita@staff.example")
    with pytest.raises(Invalid, match="owner_contact_invalid"):
        businesses.find_or_create_owner("rita@staff.example")


def test_a_business_is_corrected_until_an_account_of_it_is_approved(ada: User) -> None:
    business = make_business(ada)
    business = businesses.change_business(business, revision=1, by=ada, legal_name="CV Ada Maju")
    assert (business.legal_name, business.revision) == ("CV Ada Maju", 2)
    assert Event.objects.latest("seq").data == {"fields": ["legal_name"]}
    with pytest.raises(Stale):
        businesses.change_business(business, revision=1, by=ada, legal_name="CV Ada Mundur")
    with pytest.raises(Invalid, match="field_read_only"):
        businesses.change_business(business, revision=2, by=ada, client="cli")
    make_approved(account=make_account(business))
    with pytest.raises(NotAllowed, match="account_already_approved"):
        businesses.change_business(business, revision=2, by=ada, legal_name="CV Ada Mundur")


# Accounts.


def test_R8_what_an_account_writes_about_is_free_within_the_list(ada: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    changed = businesses.change_account(
        account,
        revision=account.revision,
        by=ada,
        about="Buka 7-17",
        contact_purposes=["delivery", "order_updates", "delivery"],
    )
    assert changed.contact_purposes == ["order_updates", "delivery"]
    event = Event.objects.latest("seq")
    assert event.data == {"fields": ["about", "contact_purposes"]}
    assert [card.number for card in EventNumber.objects.filter(event=event)] == [account.number]
    assert badge_of(account).status == BadgeStatus.ACTIVE


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"contact_purposes": ["spam"]}, "contact_purpose_unknown", "/contact_purposes"),
        ({"about": "x" * 513}, "about_too_long", "/about"),
        ({"about": "\x07"}, "hidden_characters", "/about"),
        ({"website": "https://x.example"}, "field_read_only", "/website"),
        ({"live_name": "Bank"}, "field_read_only", "/live_name"),
        ({"number": "+12025550123"}, "field_read_only", "/number"),
    ],
)
def test_the_rest_of_an_account_is_reviewed(
    changes: dict[str, Any], code: str, pointer: str, ada: User
) -> None:
    account = make_account(make_business(ada))
    with pytest.raises(Invalid) as refused:
        businesses.change_account(account, revision=1, by=ada, **changes)
    assert problem_of(refused.value) == (code, pointer)
    account.refresh_from_db()
    assert account.revision == 1


def test_a_stale_revision_of_an_account_changes_nothing(ada: User) -> None:
    account = make_account(make_business(ada))
    businesses.change_account(account, revision=1, by=ada, about="Roti")
    with pytest.raises(Stale):
        businesses.change_account(account, revision=1, by=ada, about="Kue")


def test_an_account_is_closed_once_and_for_good(ada: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    number = account.number
    closed = businesses.close_account(account, by=ada)
    assert (closed.number, closed.live_name, closed.confirmed_at) == (None, None, None)
    assert not NumberUse.objects.filter(number=number).exists()
    with pytest.raises(NotAllowed, match="account_closed"):
        businesses.close_account(account, by=ada)
    with pytest.raises(NotAllowed, match="account_closed"):
        businesses.change_account(account, revision=account.revision, by=ada, about="Roti")


# Protected names and bars.


def test_staff_guard_a_name_once(rudi: User) -> None:
    for _ in range(2):
        businesses.protect("Bank Sentosa", category="finance", country="ID", by=rudi)
    assert ProtectedName.objects.count() == 1
    assert Event.objects.filter(kind="name.protected").count() == 1
    businesses.unprotect(ProtectedName.objects.get(), by=rudi)
    assert not ProtectedName.objects.exists()


def test_only_a_live_name_is_protected(rudi: User) -> None:
    with pytest.raises(NotAllowed, match="account_not_live"):
        businesses.protect_name(make_account(), True, by=rudi)


def test_a_bar_is_lifted_once(rudi: User) -> None:
    bar_now(make_submitted())
    bar = bars.lift(Bar.objects.get(), by=rudi)
    assert bar.lifted_by == rudi
    with pytest.raises(NotAllowed, match="bar_lifted"):
        bars.lift(bar, by=rudi)


@pytest.mark.parametrize("role", Role)
def test_what_only_senior_reviewers_may(role: Role, kai: ClientApp) -> None:
    person = make_reviewer(role=role)
    account = make_approved()
    assert account.number is not None
    ownership.declare_personal(account.number, by=kai)
    bar_now(make_submitted())
    guarded = businesses.protect("Bank Sentosa", category="finance", country="ID", by=audit.SYSTEM)
    acts: list[Callable[[], object]] = [
        lambda: businesses.protect_name(account, True, by=person),
        lambda: bars.lift(Bar.objects.get(), by=person),
        lambda: ownership.settle_dispute(NumberDispute.objects.get(), note="theirs", by=person),
        lambda: businesses.protect("Bank Lestari", category="finance", country="ID", by=person),
        lambda: businesses.unprotect(guarded, by=person),
    ]
    for act in acts:
        last = Event.objects.count()
        if role == Role.SENIOR_REVIEWER:
            act()
            assert Event.objects.count() == last + 1
        else:
            with pytest.raises(Forbidden, match="permission_missing"):
                act()
            assert Event.objects.count() == last


# R7: business and personal stay apart.


def test_R7_a_number_nobody_has_becomes_personal_at_once(kai: ClientApp) -> None:
    number = next_number()
    for _ in range(2):  # saying it again changes nothing
        assert ownership.declare_personal(number, by=kai) == "personal"
    assert NumberUse.objects.get().declared_by == kai


def test_R7_on_a_live_account_a_declaration_opens_a_case_and_changes_nothing(kai: ClientApp) -> None:
    account = make_approved()
    assert account.number is not None
    for _ in range(2):
        assert ownership.declare_personal(account.number, by=kai) == "disputed"
    assert NumberDispute.objects.filter(settled_at=None).count() == 1
    assert badge_of(account).status == BadgeStatus.ACTIVE
    assert NumberUse.objects.get(number=account.number).account == account
    assert Event.objects.filter(kind="number.disputed").count() == 1


def test_R7_only_whoever_declared_a_number_personal_releases_it(kai: ClientApp) -> None:
    other = clients.create_app("Another messenger", "it@other.example", by=audit.SYSTEM)
    number = next_number()
    ownership.declare_personal(number, by=kai)
    for act in (ownership.declare_personal, ownership.release_personal):
        with pytest.raises(NotAllowed, match="number_declared_by_another"):
            act(number, by=other)
    ownership.release_personal(number, by=kai)
    ownership.release_personal(number, by=kai)  # repeating changes nothing
    assert Event.objects.filter(kind="number.released").count() == 1
    assert ownership.declare_personal(number, by=other) == "personal"


def test_R7_releasing_withdraws_the_case(kai: ClientApp) -> None:
    account = make_approved()
    assert account.number is not None
    ownership.declare_personal(account.number, by=kai)
    ownership.release_personal(account.number, by=kai)
    assert NumberDispute.objects.get().settled_at is not None
    assert NumberUse.objects.get(number=account.number).account == account


def test_R7_a_case_is_settled_once_with_a_note(kai: ClientApp, rudi: User) -> None:
    account = make_approved()
    assert account.number is not None
    ownership.declare_personal(account.number, by=kai)
    dispute = NumberDispute.objects.get()
    with pytest.raises(Invalid, match="reason_required"):
        ownership.settle_dispute(dispute, note=" ", by=rudi)
    ownership.settle_dispute(dispute, note="The shop's, called back.", by=rudi)
    with pytest.raises(NotAllowed, match="dispute_settled"):
        ownership.settle_dispute(dispute, note="Again.", by=rudi)
    assert ownership.declare_personal(account.number, by=kai) == "disputed"  # a new case


def test_R7_the_journal_does_not_say_which_number_is_personal(kai: ClientApp) -> None:
    number = next_number()
    ownership.declare_personal(number, by=kai)
    event = Event.objects.latest("seq")
    assert (event.on, event.data) == (kai.pk, {})
    assert not event.numbers.exists()


@pytest.mark.parametrize(
    "number", ["0812", "+62081234567890", "12025550123", "+1202555012\n", "＋12025550123"]
)
def test_R7_a_declaration_names_its_number_in_e164(number: str, kai: ClientApp) -> None:
    with pytest.raises(Invalid):
        ownership.declare_personal(number, by=kai)
    assert LogEntry.objects.latest("id").data["action"] == "businesses.declare_personal"
    assert number not in str(LogEntry.objects.values())
