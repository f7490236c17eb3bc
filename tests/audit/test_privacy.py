"""The journal is kept for ever, so nothing personal gets into it: a whole life of two businesses is walked through."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import accounts
import registry
from accounts import clock
from accounts.audit.models import Event, LogEntry
from accounts.badges import services as badges
from accounts.businesses import bars, members, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Bar, Business, NumberDispute
from accounts.clients.models import ClientApp
from accounts.errors import DomainError
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import WaitingEntry
from accounts.proofs import claims
from accounts.proofs import services as proofs
from accounts.suggestions import services as suggestions
from accounts.text import Text
from accounts.verification import evidence, papers, photos, readings, transitions
from accounts.verification import services as verification
from accounts.verification.models import Kind, Source
from registry.status import services as incidents
from registry.status.incidents import Impact, Stage
from tests.factories import (
    approve_now,
    badge_of,
    bar_now,
    decline_now,
    make_account,
    make_claimed,
    make_cohort,
    make_owner,
    make_submitted,
    owner_of,
    take_effect_now,
    uploaded,
)
from tests.proofs.claiming import claimed
from tests.registry.status.telling import follow, opened, planned
from tests.registry.status.test_telling_probers import found
from tests.verification.papers import photo
from tests.websites.proving import failed, proven

pytestmark = pytest.mark.django_db

PERSONAL = {
    "owner's name": "Siti Rahmawati",
    "owner's e-mail": "siti.rahmawati@rumah.example",
    "owner's phone": "+6281234567890",
    "invited e-mail": "dewi.lestari@rumah.example",
    "legal name": "Siti Rahmawati Katering",
    "registration number": "NIB9120304050607",
    "display name": "Dapur Melati Jingga",
    "new display name": "Kebun Melati Ungu",
    "number": "+12025550141",
    "new number": "+12025550142",
    "personal number": "+12025550143",
    "website": "https://dapur-melati.example",
    "website's host": "dapur-melati.example",
    "about": "Buka jam tujuh pagi",
    "file name": "ktp-siti.pdf",
    "reference": "Pak Harjo Beras",
    "reference's phone": "+6281311112222",
    "relation": "Menjual beras kepada kami",
    "question": "Sejak kapan usaha ini ada?",
    "answer": "Sejak ibu saya pensiun.",
    "objection": "Kami benar-benar ada.",
    "note": "Terdengar ragu di telepon",
    "message": "Kirim foto warung",
    "overruling": "Fotonya bukan dari sini",
    "suggestion": "Tampilkan jam buka warung saya",
    "words on a suggestion": "Jadwal tampil di kartu",
    "words on an outage": "Kata Siti ponselnya bisu",
}
P = PERSONAL


def live_through(ada: User, rita: User, rudi: User, sinta: User, kai: ClientApp) -> None:
    """Every service that writes an event, with something personal wherever it takes a text."""
    siti = make_owner(P["owner's name"], P["owner's e-mail"])
    by_phone = make_owner(P["owner's name"], P["owner's phone"])
    for person in (by_phone, siti):
        pilot.join(person, "BR", by=person)
    facts: dict[str, Any] = {
        "legal_name": P["legal name"],
        "registration_number": P["registration number"],
        "country": "ID",
    }
    business = businesses.open_business(kind="sole_trader", owner=siti, client=kai, by=kai, **facts)
    businesses.change_business(business, revision=1, by=siti, **facts)
    account = make_account(business, about=P["about"], website=P["website"])
    businesses.change_account(account, revision=1, by=siti, about=P["about"])
    application = verification.start(
        account, kind=Kind.NEW, source=Source.FORM, cohort=make_cohort(), by=siti
    )
    profile = {"display_name": P["display name"], "number": P["number"], "website": P["website"]}
    verification.change(application, revision=1, by=siti, **profile)
    file = evidence.add(application, file=uploaded(P["file name"]), by=siti)
    evidence.remove(file, by=siti)
    evidence.add(application, file=uploaded(P["file name"]), by=siti)
    for colour in ("JPEG", "PNG"):
        shop = photos.keep(account, file=uploaded(P["file name"], photo(colour, size=(300, 300))), by=siti)
    photos.forget(shop, by=siti)
    papers.refer_to(
        application, name=P["reference"], contact=P["reference's phone"], relation=P["relation"], by=siti
    )
    proofs.send_code(account, P["number"], by=siti)
    code = Message.objects.get(to=P["number"]).secret
    for guess in (f"{(int(code) + 1) % 1_000_000:06}", code):
        _try(lambda guess=guess: proofs.check_code(account, P["number"], guess, by=siti))
    verification.submit(application, by=siti)
    verification.claim(application, by=rita)
    _try(lambda: verification.claim(application, by=rudi))
    readings.record(application, field="legal_name", value=P["legal name"], source=P["file name"], by=rita)
    verification.release(application, by=rita)
    verification.claim(application, by=rita)
    verification.escalate(make_claimed(rita), note=P["note"], by=rita)
    waiting = make_submitted()
    verification.assign(waiting, to=rita, by=sinta)
    verification.tag(waiting, word="pasar", by=rita)
    verification.untag(waiting, word="pasar", by=rita)
    gap = {"problem": P["question"]}
    verification.ask(application, reason="name_needs_change", fill=gap, text=P["question"], by=rita)
    verification.answer(application, text=P["answer"], by=siti)
    verification.claim(application, by=rita)
    later = clock.now().date() + timedelta(days=9)
    verification.defer(application, until=later, by=rita)
    verification.resume(application, by=rita)
    proofs.record_call_back(account, P["number"], note=P["note"], by=rita)
    verification.claim(application, by=rita)
    verification.approve(application, tier="verified", note=P["note"], second_wished=True, by=rita)
    verification.overrule(application, reason=P["overruling"], by=rudi)
    verification.claim(application, by=sinta)
    verification.approve(application, tier="verified", note=P["note"], by=sinta)
    verification.take_back(application, by=sinta)
    verification.claim(application, by=sinta)
    application = verification.decline(
        application, reason="not_a_business", message=P["message"], note=P["note"], by=sinta
    )
    take_effect_now(application)
    verification.contest(application, text=P["objection"], by=siti)
    application.refresh_from_db()
    approve_now(application)

    account.refresh_from_db()
    failed(proven(account, P["website"]))
    proven(account, P["website"])
    businesses.protect_name(account, True, by=rudi)
    changes: list[tuple[Kind, dict[str, Any]]] = [
        (Kind.NAME_CHANGE, {"display_name": P["new display name"]}),
        (Kind.NUMBER_CHANGE, {"number": P["new number"]}),
        (Kind.PROFILE_CHANGE, {"website": ""}),
    ]
    for kind, change in changes:
        wish = verification.start(account, kind=kind, source=Source.FORM, by=siti, **change)
        approve_now(verification.submit(wish, by=siti))
        account.refresh_from_db()
    proofs.fail(account, note=P["note"], by=rita)
    proofs.record_call_back(account, P["new number"], note=P["note"], by=rita)
    wish = verification.start(account, kind=Kind.REINSTATEMENT, source=Source.FORM, by=siti)
    approve_now(verification.submit(wish, by=siti))
    badges.suspend(badge_of(account), reason="spam", by=rudi)
    badges.revoke(badge_of(account), reason="fraud", by=rudi)
    ownership.declare_personal(P["new number"], by=kai)
    ownership.settle_dispute(NumberDispute.objects.get(), note=P["note"], by=rudi)
    claims.give(claimed(by_phone, account), note=P["note"], by=rudi)
    ownership.declare_personal(P["personal number"], by=kai)
    _try(lambda: ownership.declare_personal(f"{P['personal number']}x", by=kai))
    ownership.release_personal(P["personal number"], by=kai)
    businesses.close_account(account, by=siti)

    suggest_and_triage(siti, sinta)
    tell_of_an_outage(sinta)

    invited_by_staff(siti, by_phone, by=sinta)
    second = make_account(businesses.open_business(kind="company", owner=by_phone, by=by_phone, **facts))
    verification.withdraw(make_claimed(rita, second, display_name=P["display name"]), by=by_phone)
    bar_now(make_submitted(second, display_name=P["display name"]))
    bars.lift(Bar.objects.get(), by=rudi)
    come_and_go(second.business, by_phone, siti)
    elsewhere = decline_now(make_submitted())
    assert owner_of(elsewhere.account) != siti


def suggest_and_triage(siti: User, sinta: User) -> None:
    suggestion = suggestions.send(P["suggestion"], by=siti).suggestion
    word = P["words on a suggestion"]
    public, why = {"title_id": word, "title_en": word}, {"answer_id": word, "answer_en": word}
    suggestion = suggestions.plan(suggestion, **public, **why, revision=1, by=sinta)
    suggestion = suggestions.reword(suggestion, **public, revision=2, by=sinta)
    suggestion = suggestions.decline(suggestion, **why, revision=3, by=sinta)
    suggestion = suggestions.plan(suggestion, **public, revision=4, by=sinta)
    suggestions.finish(suggestion, **public, revision=5, by=sinta)


def tell_of_an_outage(sinta: User) -> None:
    word = P["words on an outage"]
    words = {"title_id": word, "title_en": word, "body_id": word, "body_en": word}
    follow(opened(by=sinta, **words), "resolved", by=sinta, body_id=word, body_en=word)
    planned(by=sinta, **words)
    own = found(clock.now() - timedelta(minutes=2), Stage.INVESTIGATING)
    for impact in (Impact.MAJOR, Impact.CRITICAL):
        incidents.tell(replace(own, title=Text(word, word), impact=impact))


def invited_by_staff(siti: User, by_phone: User, *, by: User) -> None:
    """Into a cohort abroad: the scenario goes on in their own country."""
    cohort = make_cohort(country="BR", invitation_only=True)
    wrong = pilot.invite(cohort, P["invited e-mail"], by=by)
    pilot.resend(wrong, by=by)
    pilot.revoke(wrong, by=by)
    pilot.leave(WaitingEntry.objects.get(person=by_phone), by=by_phone)
    pilot.invite_next(cohort, count=1, by=by)
    token = Message.objects.get(template="invitation_after_waiting").secret.split("/")[2]
    pilot.redeem(pilot.look(token), by=siti)
    written = json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert token not in written and bytes(pilot.look(token).digest).hex() not in written


def come_and_go(business: Business, owner: User, other: User) -> None:
    """Everything that happens to the people of a business."""
    contact, phone = other.email or "", owner.phone or ""
    for answer in (members.decline, members.accept):
        answer(members.invite(business, contact, role="viewer", by=owner), by=other)
    members.revoke(members.invite(business, f"x{contact}", role="viewer", by=owner), by=owner)
    members.change_role(business, other, "manager", by=owner)
    members.accept(members.offer_ownership(business, other, by=owner), by=other)
    members.remove(business, owner, by=other)
    members.accept(members.invite(business, phone, role="owner", by=other), by=owner)
    members.leave(business, by=other)


def _try(act: Any) -> None:
    with suppress(DomainError):
        act()


@pytest.fixture
def lived(ada: User, rita: User, rudi: User, sinta: User, kai: ClientApp) -> None:
    live_through(ada, rita, rudi, sinta, kai)


def test_nothing_personal_is_in_the_journal_or_the_log(lived: None) -> None:
    assert Event.objects.count() > 60
    events = [list(row) for row in Event.objects.values_list("kind", "by", "on", "data")]
    entries = [list(row) for row in LogEntry.objects.values_list("kind", "by", "on", "data")]
    assert len(entries) >= 3
    written = json.dumps([*events, *entries], ensure_ascii=False)
    for what, value in PERSONAL.items():
        for form in {value, value.lstrip("+"), value.lower(), *value.split()[:1]}:
            assert form not in written, f"{what}: {form}"


def strings(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)
    elif not isinstance(data, int | None):
        yield data


def test_an_events_data_is_made_of_ids_codes_and_dates_only(lived: None) -> None:
    """So that free text can't slip in tomorrow: ids, codes, countries, dates, the hash of a file."""
    allowed = re.compile(
        r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}|[a-z][a-z_.]{1,39}|[A-Z]{2}|\d{4}-\d\d-\d\d|[0-9a-f]{64}|(?:stored_)?sha256"
    )
    for event in Event.objects.exclude(kind="name.protected"):  # the guarded names are a public list
        for text in strings(event.data):
            assert allowed.fullmatch(text), f"{event.kind}: {text}"


def test_the_scenario_writes_every_kind_of_event_of_the_domain(lived: None) -> None:
    """A new kind of event has to be walked through here, or named as one that another test walks."""
    packages = [Path(package.__path__[0]) for package in (accounts, registry)]
    files = itertools.chain.from_iterable(package.rglob("*.py") for package in packages)
    sources = [text for text in map(Path.read_text, files) if "audit.record(" in text]
    sources.append(Path(transitions.__file__).read_text())
    domain = (
        r'"((?:application|account|badge|business|evidence|number|cohort|suggestion|website|invitation|waiting|photo'
        r"|incident|maintenance)"
        r'\.[a-z_]+)"'
    )
    known = set(re.findall(domain, "\n".join(sources)))
    elsewhere = {
        "account.name_unprotected",
        "account.unconfirmed",
        "application.fell_back",
        "application.lapsed",
        "application.seconded",
        "badge.ends_soon",
        "badge.expired",
        "badge.expiry_moved",
        "cohort.changed",
        "cohort.opened",
        "evidence.expired",
        "number.dispute_withdrawn",
    }
    written = set(Event.objects.values_list("kind", flat=True))
    assert {kind for kind in known if kind not in written} <= elsewhere
