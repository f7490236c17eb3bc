"""The journal and the log in the admin: read, filtered, never written."""

from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.people.models import User
from tests.factories import make_approved
from tests.staff import browser_of

JOURNAL = reverse("admin:audit_event_changelist")


def signed_in(person: User) -> Client:
    return browser_of(person)


def test_it_is_filtered_by_kind_thing_and_actor(rita: User) -> None:
    account = make_approved()
    make_approved()
    browser = signed_in(rita)
    for query, kept in [
        ("", Event.objects.all()),
        ("kind=badge.issued", Event.objects.filter(kind="badge.issued")),
        (f"on={account.pk}", Event.objects.filter(on=account.pk)),
        ("by=system", Event.objects.filter(by="system")),
        (f"by=system&on={account.pk}", Event.objects.filter(by="system", on=account.pk)),
        ("kind=nothing", Event.objects.none()),
    ]:
        page = browser.get(f"{JOURNAL}?{query}").content.decode()
        assert page.count('class="field-at nowrap"') == kept.count(), query


def test_a_filter_keeps_the_others_and_what_was_typed(rita: User) -> None:
    make_approved()
    page = signed_in(rita).get(f"{JOURNAL}?by=system&kind=badge.issued").content.decode()
    assert '<input type="hidden" name="by" value="system">' in page
    assert 'name="kind" value="badge.issued"' in page


def test_an_event_shows_all_that_it_says(rita: User) -> None:
    make_approved()
    event = Event.objects.get(kind="badge.issued")
    page = signed_in(rita).get(reverse("admin:audit_event_change", args=[event.pk])).content.decode()
    assert bytes(event.digest).hex() in page
    assert event.data["account"] in page


def test_the_log_is_the_auditors(sinta: User, olga: User) -> None:
    audit.log("viewed", by=sinta, on=olga)
    address = reverse("admin:audit_logentry_changelist")
    assert signed_in(sinta).get(address).status_code == 403
    assert f'class="field-on">{olga.pk}' in signed_in(olga).get(f"{address}?by={sinta.pk}").content.decode()
