"""The invitation's page: looking never accepts it, accepting needs a person, and each dead end says where to go on."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.audit.models import Event
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort, Invitation, InvitationState
from tests.factories import age, make_account, make_business, make_cohort, make_owner
from tests.owners import owner_browser
from tests.pilot.invited import accepted, invited

pytestmark = pytest.mark.django_db
ACCEPT = "Accept the invitation"
FORTNIGHT = timedelta(days=14)


def anybody(**options: Any) -> Client:
    return Client(headers={"Accept": "text/html", "Accept-Language": "en"}, **options)


def link(token: str) -> str:
    return reverse("invitation", args=[token])


def heading(answer: Any) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.content.decode(), re.S)
    assert found is not None
    return found.group(1)


def test_looking_at_a_link_never_accepts_it(ada: User) -> None:
    """A chat app fetches it, a virus scanner follows it, a person looks twice."""
    _invitation, token = invited()
    before = list(Invitation.objects.values()), Event.objects.count()
    for browser in (anybody(), owner_browser(ada)):
        assert ACCEPT in browser.get(link(token)).content.decode()
        for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "WhatsApp/2.23"}):
            assert browser.get(link(token), headers=headers).status_code == 200
        assert browser.head(link(token)).status_code == 200
        assert browser.options(link(token)).status_code == 200
        for method in (browser.put, browser.delete, browser.patch):
            assert method(link(token)).status_code == 405
    assert (list(Invitation.objects.values()), Event.objects.count()) == before
    assert not Session.objects.filter(session_data__contains=token).exists()


def test_nobody_is_told_the_address_and_nobody_keeps_it() -> None:
    _invitation, token = invited()
    for address in (link(token), link("x" * 22)):
        headers = anybody().get(address).headers
        assert headers["Referrer-Policy"] == "strict-origin"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "no-store" in headers["Cache-Control"] and "private" in headers["Cache-Control"]


def test_a_form_of_the_page_is_accepted_by_the_check_of_its_origin(ada: User) -> None:
    """With "no-referrer" browsers send `Origin: null`, and the check refuses it."""
    _invitation, token = invited()
    browser = owner_browser(ada, csrf=True)
    browser.raise_request_exception = False
    page = browser.get(link(token)).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.partition("<main")[2])
    assert found is not None
    typed = {"csrfmiddlewaretoken": found.group(1)}
    assert browser.post(link(token), typed, headers={"Origin": "null"}).status_code == 403
    assert browser.post(link(token), typed, headers={"Origin": "http://testserver"}).status_code == 302


def test_who_has_signed_in_accepts_it_and_goes_on_to_the_form(ada: User) -> None:
    invitation, token = invited()
    browser = owner_browser(ada)
    for _ in range(2):  # a double tap, or the back button
        answer = browser.post(link(token))
        assert (answer.status_code, answer["Location"]) == (302, reverse("start"))
    invitation.refresh_from_db()
    assert invitation.redeemed_by == ada
    assert Event.objects.filter(kind="invitation.redeemed").count() == 1
    page = browser.get(link(token))
    assert heading(page) == "You have accepted the invitation"
    assert f'href="{reverse("start")}"' in page.content.decode()


def test_without_signing_in_the_link_is_kept_and_nothing_is_lost(ada: User) -> None:
    invitation, token = invited()
    browser = anybody()
    answer = browser.post(link(token), follow=True)
    where, _status = answer.redirect_chain[-1]
    assert where == f"{reverse('owner_sign_in')}?next=%2Fi%2F"
    assert token not in where
    assert Invitation.objects.with_state().get().state == InvitationState.OPEN
    kept = browser.session["invitation"]
    assert kept == bytes(invitation.digest).hex()  # who reads the sessions' table can't go in by it

    signed_in = owner_browser(ada)
    session = signed_in.session
    session["invitation"] = kept
    session.save()
    page = signed_in.get(reverse("kept_invitation"))
    assert heading(page) == "One more tap"
    assert ACCEPT in page.content.decode() and str(ada.email) in page.content.decode()
    answer = signed_in.post(reverse("kept_invitation"))
    assert answer["Location"] == reverse("start")
    assert pilot.invitation_of(ada, invitation.cohort) == invitation
    assert "invitation" not in signed_in.session
    for method in (signed_in.get, signed_in.post):  # nothing is kept any more
        assert method(reverse("kept_invitation"))["Location"] == reverse("start")


def test_staff_accept_nothing(olga: User) -> None:
    _invitation, token = invited()
    browser = anybody()
    browser.force_login(olga)
    assert browser.post(link(token)).status_code == 403
    assert Invitation.objects.with_state().get().state == InvitationState.OPEN


def test_what_can_not_be_accepted_says_why_and_where_to_go_on(ada: User, mallory: User, olga: User) -> None:
    expired, expired_token = invited()
    age(expired, FORTNIGHT, "created_at", "sent_at", "expires_at")
    revoked, revoked_token = invited()
    pilot.revoke(revoked, by=olga)
    _used, used_token = invited()
    pilot.redeem(pilot.look(used_token), by=mallory)
    _full, full_token = invited(make_cohort(capacity=0))
    early, early_token = invited(make_cohort())
    Cohort.objects.filter(pk=early.cohort.pk).update(opens_at=early.expires_at)
    closed, closed_token = invited(make_cohort())
    age(closed.cohort, FORTNIGHT, "opens_at")
    Cohort.objects.filter(pk=closed.cohort.pk).update(closes_at=closed.cohort.opens_at + timedelta(days=1))
    waiting = reverse("waiting")
    for token, status, said, leads_to in (
        (expired_token, 410, "This invitation has expired", waiting),
        (revoked_token, 410, "This invitation was withdrawn", waiting),
        (used_token, 410, "This invitation has been accepted already", waiting),
        (full_token, 200, "All places are taken", waiting),
        (early_token, 200, "You are invited, but it has not begun yet", ""),
        (closed_token, 410, "This round is closed", waiting),
        ("x" * 22, 404, "This link does not work", waiting),
        ("x", 404, "This link does not work", waiting),
    ):
        for browser in (anybody(), owner_browser(ada)):
            answer = browser.get(link(token))
            assert (answer.status_code, heading(answer)) == (status, said)
            assert ACCEPT not in answer.content.decode() and leads_to in answer.content.decode()
        before = list(Invitation.objects.order_by("pk").values())
        answer = owner_browser(ada).post(link(token))  # from a page that was opened before
        assert answer.status_code in (302, 404) and answer.get("Location") in (None, link(token))
        assert list(Invitation.objects.order_by("pk").values()) == before


def test_nobody_learns_who_accepted_it(ada: User, mallory: User) -> None:
    held, token = invited(contact="siti@rumah.example")
    pilot.redeem(pilot.look(token), by=mallory)
    page = owner_browser(ada).get(link(token)).content.decode()
    for secret in ("Mallory", "mallory", "siti", held.pk):
        assert secret not in page


def test_who_has_applied_with_it_is_led_to_the_application(ada: User) -> None:
    cohort = make_cohort(invitation_only=True)
    _invitation, token = invited(cohort)
    pilot.redeem(pilot.look(token), by=ada)
    pilot.admit(make_account(make_business(ada)), cohort, by=ada)
    browser = owner_browser(ada)
    assert heading(browser.get(link(token))) == "You have applied with this invitation"
    assert browser.post(link(token))["Location"] == reverse("my")


def test_the_page_in_both_languages_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    _invitation, token = invited(make_cohort(name="Bali", capacity=5))
    for language in ("id", "en"):
        browser = Client(headers={"Accept": "text/html", "Accept-Language": language})
        with django_assert_max_num_queries(3):
            page = browser.get(link(token))
        assert "Bali" in page.content.decode()
        assert len(page.content) < 50_000
        assert f'<html lang="{language}">' in page.content.decode()


@pytest.mark.parametrize(
    "token", ["..", "%2e%2e", "a" * 5000, "é", "%00", "'; DROP TABLE pilot_invitation; --"]
)
def test_nonsense_is_a_link_that_does_not_work(token: str) -> None:
    answer = anybody().get(f"/i/{token}/")
    assert answer.status_code in (404, 422)  # what no text of ours may hold at all


def test_the_waiting_list_says_the_place_number(ada: User, mallory: User) -> None:
    make_cohort(invitation_only=True, country="ID")
    pilot.join(mallory, "ID", by=mallory)
    browser = owner_browser(ada)
    assert "Join the waiting list" in browser.get(reverse("waiting")).content.decode()
    for _ in range(2):
        answer = browser.post(reverse("waiting"), {"join": ""})
        assert (answer.status_code, answer["Location"]) == (302, reverse("waiting"))
    page = browser.get(reverse("waiting")).content.decode()
    assert "You are number 2" in page
    for _ in range(2):
        assert browser.post(reverse("waiting"), {"leave": ""}).status_code == 302
    page = browser.get(reverse("waiting")).content.decode()
    assert "You are no longer on the waiting list." in page and "You are number" not in page


def test_the_waiting_list_costs_as_many_queries_for_the_last_in_the_line(
    ada: User, django_assert_max_num_queries: Any
) -> None:
    cohort = make_cohort(invitation_only=True, country="ID")
    for n in range(20):
        person = make_owner("Guest", f"guest{n}@owner.example")
        pilot.join(person, "ID", by=person)
    browser = owner_browser(ada)
    browser.post(reverse("waiting"))
    assert pilot.seems_to_have_room(cohort)
    with django_assert_max_num_queries(9):
        page = browser.get(reverse("waiting"))
    assert "You are number 21" in page.content.decode()
    assert len(page.content) < 50_000


def test_who_can_apply_is_sent_to_the_form_not_into_the_line(ada: User) -> None:
    browser = owner_browser(ada)
    held = accepted(by=ada)
    answer = browser.get(reverse("waiting"))
    assert heading(answer) == "You need not wait"
    assert browser.post(reverse("waiting")).status_code == 302
    assert not ada.waiting.exists()
    assert pilot.invitation_of(ada, held.cohort) == held
