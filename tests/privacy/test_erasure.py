"""Whoever is erased stands nowhere any more: the whole database and all files are searched for what they gave."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.businesses import bars
from accounts.businesses.models import Account, MemberRole, Membership
from accounts.errors import Forbidden, NotAllowed, NotFound
from accounts.messages import jobs
from accounts.onboarding.applying.beginning import begin
from accounts.people.models import User
from accounts.privacy import consents, erasure, handing_out
from accounts.privacy.models import Erasure
from accounts.proofs import clockwork, reproofs
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberReproof
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion
from accounts.verification import evidence, readings
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Source, Status, TradeReference
from tests.factories import (
    age,
    approve_now,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_cohort,
    make_owner,
    make_submitted,
    uploaded,
)
from tests.racing import outcomes, race

NUMBER = "+12025550188"
GIVEN = {
    "name": "Siti Rahmawati",
    "e-mail": "siti.rahmawati@rumah.example",
    "legal name": "Siti Rahmawati Katering",
    "registration": "NIB9120304050607",
    "display name": "Dapur Melati Jingga",
    "website": "https://dapur-melati.example",
    "about": "Buka jam tujuh pagi",
    "file name": "ktp-siti.pdf",
    "paper": "NIK 3174-0987-6543",
    "question": "Sejak kapan usaha ini ada",
    "answer": "Sejak ibu saya pensiun",
    "note": "Terdengar ragu di telepon",
    "reading": "Siti R. Katering",
    "referee": "Pak Budi Agen Gas",
    "referee's contact": "budi.gas@rumah.example",
    "suggestion": "Tolong tambahkan jam buka",
    "number": NUMBER,
}


@pytest.fixture
def siti(db_of_the_test: None) -> User:
    return make_owner(GIVEN["name"], GIVEN["e-mail"])


def live(siti: User, rita: User) -> Account:
    """What an owner leaves behind on the way to a badge."""
    consents.give(siti, version=consents.VERSION, language="id")
    business = make_business(
        siti, kind="sole_trader", legal_name=GIVEN["legal name"], registration_number=GIVEN["registration"]
    )
    account = make_account(business, about=GIVEN["about"], website=GIVEN["website"])
    application = verification.start(
        account,
        kind=Kind.NEW,
        source=Source.FORM,
        cohort=make_cohort(),
        by=siti,
        display_name=GIVEN["display name"],
        number=NUMBER,
        website=GIVEN["website"],
    )
    paper = b"%PDF-1.4\n% " + GIVEN["paper"].encode() + b"\ntrailer<<>>\n%%EOF\n"
    evidence.add(application, file=uploaded(GIVEN["file name"], paper), by=siti)
    TradeReference.objects.create(
        application=application, name=GIVEN["referee"], contact=GIVEN["referee's contact"]
    )
    proofs.send_code(account, NUMBER, by=siti)
    application = verification.submit(application, by=siti)
    verification.claim(application, by=rita)
    readings.record(application, field="legal_name", value=GIVEN["reading"], source="NIB", by=rita)
    verification.write_note(application, text=GIVEN["note"], by=rita)
    gap = {"problem": GIVEN["question"]}
    verification.ask(application, reason="name_needs_change", fill=gap, text=GIVEN["question"], by=rita)
    application = verification.answer(application, text=GIVEN["answer"], by=siti)
    approve_now(application, by=rita)
    suggestions.send(GIVEN["suggestion"], by=siti)
    return account


def tables() -> Iterator[tuple[str, str]]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')  # noqa: S608  # the database named it
            for (row,) in cursor.fetchall():
                yield table, row


def found_in_tables() -> dict[str, set[str]]:
    """What was given, and in which tables it stands."""
    found: dict[str, set[str]] = {}
    for table, row in tables():
        for what, text in GIVEN.items():
            if json.dumps(text, ensure_ascii=False)[1:-1] in row:
                found.setdefault(what, set()).add(table)
    return found


def found_in_files() -> list[str]:
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return [str(path) for path in files if GIVEN["paper"].encode() in path.read_bytes()]


@pytest.mark.usefixtures("committed")
def test_nothing_of_them_is_left(siti: User, rita: User) -> None:
    account = live(siti, rita)
    assert set(found_in_tables()) | {"paper"} == set(GIVEN)  # the search finds what is there
    assert found_in_files()
    events = list(Event.objects.values_list("seq", "digest"))

    erasure.erase(siti, by=siti)
    while jobs.deliver_next():
        pass
    erasure.finish_due()

    assert found_in_tables() == {"number": {"audit_eventnumber", "privacy_numbertoforget"}}
    assert found_in_files() == []
    assert list(Event.objects.values_list("seq", "digest"))[-len(events) :] == events  # the journal is whole
    account.refresh_from_db()
    assert account.closed_at and account.number is None
    assert not User.objects.get(pk=siti.pk).is_active

    age(Erasure.objects.get(), timedelta(days=erasure.CHANGES_KEPT_DAYS), "erased_at")
    assert erasure.finish_due() == 1
    assert found_in_tables() == {}
    assert erasure.finish_due() == 0


@pytest.mark.usefixtures("committed")
def test_all_of_it_is_handed_out_before(siti: User, rita: User) -> None:
    live(siti, rita)
    held = json.dumps(handing_out.everything(siti), default=str, ensure_ascii=False)
    withheld = {"note", "reading", "paper"}  # what staff wrote for each other; papers are files
    assert {what for what, text in GIVEN.items() if text not in held} == withheld
    assert held.count(rita.pk) == 0 and '"decided"' not in held and "claimed" not in held


@pytest.mark.django_db
def test_what_others_own_too_goes_on(ada: User, mallory: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    Membership.objects.create(business=account.business, person=mallory, role=MemberRole.OWNER)
    erasure.erase(ada, by=ada)
    account.refresh_from_db()
    assert account.closed_at is None and account.number
    assert list(account.business.members.all()) == [mallory]


@pytest.mark.django_db
def test_one_who_only_helped_leaves_the_business_as_it_is(ada: User, mallory: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    Membership.objects.create(business=account.business, person=mallory, role=MemberRole.MANAGER)
    held = json.dumps(handing_out.everything(mallory), default=str)
    assert account.live_name and account.live_name not in held
    erasure.erase(mallory, by=mallory)
    account.refresh_from_db()
    assert account.closed_at is None and list(account.business.members.all()) == [ada]


@pytest.mark.django_db
def test_a_bar_keeps_the_contact_until_it_is_lifted(ada: User, rudi: User) -> None:
    business = make_business(ada)
    make_account(business)
    with audit.together():
        standing = bars.bar(business, reason="fraud", by=audit.SYSTEM)
    erasure.erase(ada, by=ada)
    assert User.objects.get(pk=ada.pk).email == "ada@owner.example"
    bars.lift(standing, by=rudi)
    while jobs.deliver_next():
        pass
    age(Erasure.objects.get(), timedelta(days=erasure.CHANGES_KEPT_DAYS), "erased_at")
    erasure.finish_due()
    assert User.objects.get(pk=ada.pk).email is None


@pytest.mark.django_db
def test_a_declined_number_stays_for_the_pause(ada: User) -> None:
    application = decline_now(make_submitted(make_account(make_business(ada))))
    erasure.erase(ada, by=ada)
    application = Application.objects.get(pk=application.pk)
    assert application.status == Status.DECLINED and application.number and application.display_name == "–"
    age(application, settings.COOL_DOWN, "ended_at")
    erasure.finish_due()
    assert not Application.objects.get(pk=application.pk).number


@pytest.mark.django_db
def test_who_suggested_twice_on_one_day_is_erased(ada: User) -> None:
    """Seen before: both were to say the same, of which a person has one a day, and every erasure was refused."""
    for text in ("Jam buka", "Bahasa Jawa"):
        suggestions.send(text, by=ada)
    erasure.erase(ada, by=ada)
    left = list(Suggestion.objects.values_list("text", flat=True))
    assert len(left) == 2 and all(text.startswith("– ") for text in left)


@pytest.mark.django_db
def test_two_numbers_that_were_to_be_proven_again_are_both_forgotten(ada: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    with audit.together():
        for number in (str(account.number), NUMBER):
            reproofs.ask_for(account, number, by=audit.SYSTEM)
    erasure.erase(ada, by=ada)
    assert clockwork.tick()["settled"] == 2, "nobody has to prove them any more"
    erasure.finish_due()
    assert set(NumberReproof.objects.values_list("number", flat=True)) == {""}


@pytest.mark.django_db
def test_nobody_waits_behind_those_who_wait_for_months(
    ada: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen before: the oldest were looked at each hour, and an address stayed in the outbox behind fifty of them."""
    monkeypatch.setattr(erasure, "AT_ONCE", 1)
    make_approved(account=make_account(make_business(ada)))
    for person in (ada, mallory):
        erasure.erase(person, by=person)
    while jobs.deliver_next():
        pass
    assert any(erasure.finish_due() for _ in range(100)), "Mallory's, of whom nothing has to stay"
    assert not Erasure.objects.filter(person=mallory, finished_at=None).exists()


@pytest.mark.django_db
def test_a_tab_that_was_open_begins_nothing_for_who_is_erased(ada: User) -> None:
    make_cohort()
    tab = User.objects.get(pk=ada.pk)
    erasure.erase(ada, by=ada)
    with pytest.raises(NotFound):
        begin(by=tab)
    assert not Membership.objects.filter(person=ada).exists()


@pytest.mark.django_db
def test_nobody_erases_anybody_else(ada: User, mallory: User, rita: User) -> None:
    for victim, by in ((ada, mallory), (ada, rita), (rita, rita)):
        with pytest.raises(Forbidden, match="own_data_only"):
            erasure.erase(victim, by=by)
    erasure.erase(ada, by=ada)
    with pytest.raises(NotAllowed, match="erased_already"):
        erasure.erase(ada, by=ada)


@pytest.mark.usefixtures("committed")
def test_two_taps_erase_once(siti: User, mallory: User, rita: User) -> None:
    """Without the lock on the person, the unique key refused the second erasure of who has no business.

    Who has one waits for its row before.
    """
    live(siti, rita)
    for person in (siti, mallory):

        def erase(person: User = person) -> Any:
            return erasure.erase(User.objects.get(pk=person.pk), by=person)

        assert outcomes(race(erase, erase)) == {"done": 1, "erased_already": 1}
