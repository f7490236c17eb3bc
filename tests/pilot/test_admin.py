"""Cohorts in the admin: opened and changed by services."""

from django.test import Client
from django.urls import reverse

from accounts.audit.models import Event
from accounts.people.models import User
from accounts.pilot.models import Cohort
from tests.factories import make_cohort, make_submitted
from tests.staff import browser_of

ADD = reverse("admin:pilot_cohort_add")
TYPED = {
    "name": "Bali",
    "country": "id",
    "capacity": "40",
    "opens_at": "2017-10-01T09:00",
    "invitation_only": "on",
}


def signed_in(person: User) -> Client:
    return browser_of(person)


def test_a_cohort_is_opened_and_the_journal_says_by_whom(olga: User) -> None:
    assert signed_in(olga).post(ADD, TYPED).status_code == 302
    cohort = Cohort.objects.get()
    assert (cohort.name, cohort.country, cohort.capacity, cohort.closes_at) == ("Bali", "ID", 40, None)
    assert cohort.invitation_only
    assert not cohort.four_eyes
    assert f"{cohort.opens_at:%Y-%m-%d %H:%M %Z}" == "2017-10-01 02:00 UTC"  # typed in Jakarta's time
    event = Event.objects.get(on=cohort.pk)
    assert (event.kind, event.by) == ("cohort.opened", olga.pk)


def test_a_change_starts_from_what_is_there_and_says_what_it_changed(olga: User) -> None:
    signed_in(olga).post(ADD, TYPED)
    cohort = Cohort.objects.get()
    address = reverse("admin:pilot_cohort_edit", args=[cohort.pk])
    page = signed_in(olga).get(address).content.decode()
    assert 'value="2017-10-01T09:00"' in page
    assert 'value="Bali"' in page
    response = signed_in(olga).post(address, {**TYPED, "capacity": "", "four_eyes": "on"})
    assert response.status_code == 302
    cohort.refresh_from_db()
    assert (cohort.capacity, cohort.four_eyes, cohort.name) == (None, True, "Bali")
    event = Event.objects.latest("seq")
    assert (event.kind, event.by, event.data) == (
        "cohort.changed",
        olga.pk,
        {"fields": ["capacity", "four_eyes"]},
    )


def test_nothing_changed_is_no_event(olga: User) -> None:
    signed_in(olga).post(ADD, TYPED)
    before = Event.objects.count()
    address = reverse("admin:pilot_cohort_edit", args=[Cohort.objects.get().pk])
    assert signed_in(olga).post(address, TYPED).status_code == 302
    assert Event.objects.count() == before


def test_a_wrong_cohort_is_refused_at_its_field(olga: User) -> None:
    make_cohort(name="Taken")
    for wrong, said in [
        ({"name": "Taken"}, "There is a cohort of that name already"),
        ({"country": "zz"}, "No such country"),
        ({"closes_at": "2017-09-01T09:00"}, "has to close after it opens"),
        ({"capacity": "-1"}, "greater than or equal to 0"),
        ({"opens_at": "soon"}, "Enter a valid date/time"),
    ]:
        response = signed_in(olga).post(ADD, {**TYPED, **wrong})
        page = response.content.decode()
        assert response.status_code == 422, wrong
        assert said in page
        assert 'value="40"' in page or "capacity" in wrong
    assert Cohort.objects.count() == 1


def test_the_list_counts_places_in_one_question(olga: User) -> None:
    cohort = make_cohort(name="Bali", capacity=7)
    make_submitted(cohort=cohort)
    make_submitted(cohort=cohort)
    page = signed_in(olga).get(reverse("admin:pilot_cohort_changelist")).content.decode()
    assert '<td class="field-taken">2</td>' in page
