"""Badges and policies in the admin, as a browser uses it."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.badges.models import Badge, BadgeStatus, DisplayPolicy
from accounts.badges.policies import PILOT_TIERS, PILOT_VERSION
from accounts.people.models import User
from tests.factories import badge_of, make_approved
from tests.staff import browser_of


def signed_in(person: User) -> Client:
    return browser_of(person)


def at(page: str, row: Any) -> str:
    return reverse(f"admin:badges_{page}", args=[row.pk])


def test_a_badge_is_suspended_reinstated_and_revoked_with_a_reason(sinta: User) -> None:
    badge = badge_of(make_approved())
    browser = signed_in(sinta)
    for verb, typed, status in [
        ("suspend", {"reason": "under_investigation"}, BadgeStatus.SUSPENDED),
        ("reinstate", {}, BadgeStatus.ACTIVE),
        ("revoke", {"reason": "fraud"}, BadgeStatus.REVOKED),
    ]:
        address = at(f"badge_{verb}", badge)
        assert address in browser.get(at("badge_change", badge)).content.decode()
        assert browser.get(address).status_code == 200  # asks, and changes nothing
        response = browser.post(address, typed)
        assert (response.status_code, response.headers["Location"]) == (302, at("badge_change", badge))
        badge.refresh_from_db()
        assert badge.status == status
    assert badge.reason == "fraud"
    assert "/revoke/" not in browser.get(at("badge_change", badge)).content.decode()


@pytest.mark.parametrize("reason", ["", "because", "<script>"])
def test_without_a_reason_of_the_list_nothing_happens(sinta: User, reason: str) -> None:
    badge = badge_of(make_approved())
    response = signed_in(sinta).post(at("badge_revoke", badge), {"reason": reason})
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert "<script>alert" not in response.content.decode()
    assert Badge.objects.get(pk=badge.pk).status == BadgeStatus.ACTIVE


def test_a_badge_in_another_status_says_so(sinta: User) -> None:
    badge = badge_of(make_approved())
    before = Event.objects.count()
    response = signed_in(sinta).post(at("badge_reinstate", badge))
    assert response.status_code == 409
    assert "the badge is active" in response.content.decode()
    assert Event.objects.count() == before
    refusal = LogEntry.objects.get(kind="refused", on=badge.pk)
    assert refusal.data == {"action": "badges.reinstate", "code": "badge_wrong_status"}


def test_badges_are_found_by_name_number_and_status(rita: User) -> None:
    account = make_approved(display_name="Kedai Kenanga")
    make_approved()
    browser = signed_in(rita)
    number = str(account.number).replace("+", "%2B")
    for query in ["q=kenanga", f"q={number}", f"q={account.pk}", f"q={badge_of(account).pk}"]:
        page = browser.get(f"{reverse('admin:badges_badge_changelist')}?{query}").content.decode()
        assert "1 badge" in page
        assert "Kedai Kenanga" in page
    page = browser.get(f"{reverse('admin:badges_badge_changelist')}?status__exact=revoked").content.decode()
    assert "0 badges" in page


class TestPolicies:
    address = reverse("admin:badges_displaypolicy_add")

    def blue(self) -> dict[str, Any]:
        tiers: dict[str, Any] = json.loads(json.dumps(PILOT_TIERS))
        tiers["verified"]["mark"] |= {"symbol": "tick", "colour": "blue"}
        return tiers

    def test_the_form_starts_from_the_policy_in_force(self, olga: User) -> None:
        page = signed_in(olga).get(self.address).content.decode()
        assert "&quot;symbol&quot;: &quot;pin&quot;" in page
        assert 'value="86400"' in page

    def test_a_new_version_is_in_force_at_once(self, olga: User) -> None:
        typed = {"version": "blue-tick.1", "tiers": json.dumps(self.blue()), "offline_grace": "3600"}
        response = signed_in(olga).post(self.address, typed)
        policy = DisplayPolicy.objects.latest()
        assert (policy.version, policy.tiers, policy.offline_grace) == ("blue-tick.1", self.blue(), 3600)
        assert response.headers["Location"] == at("displaypolicy_change", policy)
        page = signed_in(olga).get(response.headers["Location"]).content.decode()
        assert "&quot;colour&quot;: &quot;blue&quot;" in page

    @pytest.mark.parametrize(
        ("version", "tiers"),
        [
            ("", json.dumps(PILOT_TIERS)),
            ("With Blanks", json.dumps(PILOT_TIERS)),
            ("new.1", "not json"),
            ("new.1", "[" * 100_000),
            ("new.1", "[]"),
            ("new.1", '{"verified": {}}'),
            ("new.1", json.dumps(PILOT_TIERS).replace('"green"', '"<b>"')),
            ("new.1", json.dumps(PILOT_TIERS).replace('"Verified business"', '"\\u0000"')),
            ("new.1", json.dumps(PILOT_TIERS).replace('"Verified business"', '"\\ud800"')),
        ],
    )
    def test_what_can_not_be_drawn_is_refused_and_stays_on_the_page(
        self, olga: User, version: str, tiers: str
    ) -> None:
        response = signed_in(olga).post(
            self.address, {"version": version, "tiers": tiers, "offline_grace": "60"}
        )
        assert response.status_code == 422
        assert 'value="60"' in response.content.decode()
        assert DisplayPolicy.objects.get().version == PILOT_VERSION

    def test_a_published_one_is_never_changed(self, olga: User) -> None:
        typed = {"version": PILOT_VERSION, "tiers": json.dumps(self.blue()), "offline_grace": "3600"}
        response = signed_in(olga).post(self.address, typed)
        assert response.status_code == 409
        assert "published and can" in response.content.decode()
        policy = DisplayPolicy.objects.get()
        assert policy.tiers == PILOT_TIERS
        assert signed_in(olga).post(at("displaypolicy_change", policy), typed).status_code == 403
        assert signed_in(olga).post(at("displaypolicy_delete", policy), {"post": "yes"}).status_code == 403
