"""The waiting list: a place number, oldest first, one place a person and country."""

from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.errors import Invalid, NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot import waiting
from accounts.pilot.models import Invitation, WaitingEntry
from tests.factories import make_cohort, make_owner
from tests.pilot.invited import accepted, token_of

pytestmark = pytest.mark.django_db


def line(*countries: str) -> list[WaitingEntry]:
    people = [make_owner(f"Guest {n}", f"guest{n}@owner.example") for n in range(len(countries))]
    return [pilot.join(person, country, by=person) for person, country in zip(people, countries, strict=True)]


def numbers(entries: list[WaitingEntry]) -> list[int]:
    return [waiting.place_number(entry) for entry in entries]


def test_the_place_number_is_counted_in_the_country() -> None:
    entries = line("ID", "ID", "BR", "ID")
    assert numbers(entries) == [1, 2, 1, 3]
    pilot.leave(entries[0], by=entries[0].person)
    assert numbers(entries[1:]) == [1, 1, 2]
    again = pilot.join(entries[0].person, "ID", by=entries[0].person)
    assert waiting.place_number(again) == 3


def test_joining_and_leaving_twice_is_once(ada: User) -> None:
    entry = pilot.join(ada, "ID", by=ada)
    assert pilot.join(ada, "ID", by=ada) == entry
    pilot.leave(entry, by=ada)
    pilot.leave(entry, by=ada)
    kinds = Event.objects.filter(on=entry.pk).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["waiting.joined", "waiting.left"]


def test_nobody_waits_who_could_apply(ada: User) -> None:
    make_cohort(country="ID")
    with pytest.raises(NotAllowed, match="waiting_not_needed"):
        pilot.join(ada, "ID", by=ada)
    pilot.join(ada, "BR", by=ada)
    accepted(make_cohort(invitation_only=True, country="BR"), by=ada)
    with pytest.raises(NotAllowed, match="waiting_not_needed"):
        pilot.join(ada, "BR", by=ada)
    with pytest.raises(Invalid, match="country_unknown"):
        pilot.join(ada, "XX", by=ada)


def test_the_first_in_the_line_are_invited(olga: User) -> None:
    first, second, elsewhere, third = line("ID", "ID", "BR", "ID")
    cohort = make_cohort(invitation_only=True, country="ID")
    assert pilot.invite_next(cohort, count=2, by=olga) == [first, second]
    assert numbers([third]) == [1]
    first.refresh_from_db()
    assert first.invitation is not None
    message = Message.objects.get(about=first.invitation.pk)
    assert (message.to, message.template) == (first.person.email, "invitation_after_waiting")
    held = pilot.redeem(pilot.look(token_of(first.invitation)), by=first.person)
    assert pilot.invitation_of(first.person, cohort) == held
    assert waiting.entry_of(elsewhere.person, "BR") == elsewhere
    assert pilot.invite_next(cohort, count=9, by=olga) == [third]
    with pytest.raises(NotAllowed, match="nobody_waits"):
        pilot.invite_next(cohort, count=1, by=olga)


def test_a_cohort_for_every_country_invites_from_all(olga: User) -> None:
    entries = line("ID", "BR", "ID")
    assert pilot.invite_next(make_cohort(invitation_only=True), count=3, by=olga) == entries


def test_who_has_an_invitation_already_gets_no_second_one(olga: User) -> None:
    (entry,) = line("ID")
    cohort = make_cohort(invitation_only=True, country="ID")
    there = pilot.invite(cohort, str(entry.person.email), by=olga)
    assert pilot.invite_next(cohort, count=1, by=olga) == [entry]
    entry.refresh_from_db()
    assert (entry.invitation, Invitation.objects.count()) == (there, 1)


def test_whoever_did_not_come_can_wait_again(olga: User) -> None:
    (entry,) = line("ID")
    pilot.invite_next(make_cohort(invitation_only=True, country="ID"), count=1, by=olga)
    assert pilot.join(entry.person, "ID", by=entry.person) != entry


def test_where_somebody_is_from_follows_from_an_invitation_or_their_number(ada: User) -> None:
    """A number from where there is no pilot says nothing: nobody is to wait in a line that is never called."""
    abroad = make_owner("Ana", "+5511961234567")
    assert [waiting.country_of(person) for person in (ada, abroad)] == ["ID", "ID"]
    make_cohort(country="BR")
    assert [waiting.country_of(person) for person in (ada, abroad)] == ["ID", "BR"]
    accepted(make_cohort(country="BR", invitation_only=True), by=ada)
    accepted(make_cohort(country="ID", invitation_only=True), by=abroad)
    assert [waiting.country_of(person) for person in (ada, abroad)] == ["BR", "ID"]


def test_the_line_is_read_by_its_index(django_assert_num_queries: Any, ada: User) -> None:
    entry = pilot.join(ada, "ID", by=ada)
    with django_assert_num_queries(1):
        waiting.place_number(entry)
