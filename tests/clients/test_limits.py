"""The limits of a key: who sets them, what is written down, and what the admin shows."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.errors import Invalid, NotAllowed
from accounts.people.models import User
from accounts.people.roles import Role
from tests.factories import PASSWORD
from tests.racing import race
from tests.staff import browser_of


@pytest.fixture
def key(kai: ClientApp) -> ApiKey:
    return clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)[0]


def quota_page(key: ApiKey) -> str:
    return reverse("admin:clients_apikey_quota", args=[key.pk])


def key_page(key: ApiKey) -> str:
    return reverse("admin:clients_apikey_change", args=[key.pk])


def test_a_key_without_limits_has_those_of_the_deployment(key: ApiKey) -> None:
    assert (key.requests_per_minute, key.numbers_per_day) == (None, None)
    assert key.quota == (key.slot, 6_000, 1_000_000)
    assert key.quota[1:] == tuple(settings.QUOTA.values())


def test_every_key_has_a_slot_of_its_own(kai: ClientApp, key: ApiKey) -> None:
    other, _ = clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
    assert 0 < key.slot < other.slot
    with connection.cursor() as cursor:  # as the release that does not know of slots makes a key
        cursor.execute(
            "INSERT INTO clients_apikey (id, app_id, digest, hint, scopes, created_by)"
            " SELECT gen_random_uuid(), app_id, 'x', 'xxxx', '[]', 'system' FROM clients_apikey LIMIT 1"
            " RETURNING slot, requests_per_minute"
        )
        slot, limit = cursor.fetchone()
    assert (slot > other.slot, limit) == (True, None)


def test_limits_that_change_are_in_the_journal(key: ApiKey, olga: User) -> None:
    clients.set_quota(key, requests_per_minute=50, numbers_per_day=None, by=olga)
    clients.set_quota(key, requests_per_minute=50, numbers_per_day=None, by=olga)  # no change, no event
    clients.set_quota(key, requests_per_minute=None, numbers_per_day=7, by=olga)
    key.refresh_from_db()
    assert key.quota == (key.slot, 6_000, 7)
    events = Event.objects.filter(kind="key.quota_changed").order_by("seq")
    assert list(events.values_list("on", "by", "data")) == [
        (key.pk, olga.pk, {"app": key.app_id, "requests_per_minute": 50, "numbers_per_day": None}),
        (key.pk, olga.pk, {"app": key.app_id, "requests_per_minute": None, "numbers_per_day": 7}),
    ]


def test_a_new_key_may_have_limits_at_once(kai: ClientApp) -> None:
    key, _ = clients.create_key(kai, [Scope.CONTACTS_READ], numbers_per_day=9, by=audit.SYSTEM)
    assert key.quota == (key.slot, 6_000, 9)
    assert Event.objects.get(kind="key.created").data == {
        "app": kai.pk,
        "scopes": ["contacts:read"],
        "numbers_per_day": 9,
    }


@pytest.mark.parametrize(
    ("limit", "code"), [(0, "value_too_low"), (-5, "value_too_low"), (2**31, "value_too_high")]
)
def test_a_limit_that_is_none_is_refused(key: ApiKey, limit: int, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clients.set_quota(key, requests_per_minute=limit, numbers_per_day=limit, by=audit.SYSTEM)
    assert [(problem.code, problem.pointer) for problem in refusal.value.problems] == [
        (code, "/requests_per_minute"),
        (code, "/numbers_per_day"),
    ]
    key.refresh_from_db()
    assert key.requests_per_minute is None
    assert LogEntry.objects.get().data == {"action": "clients.set_quota", "code": "invalid"}


def test_a_revoked_key_keeps_its_limits(key: ApiKey) -> None:
    clients.revoke_key(key, by=audit.SYSTEM)
    with pytest.raises(NotAllowed) as refusal:
        clients.set_quota(key, requests_per_minute=1, numbers_per_day=1, by=audit.SYSTEM)
    assert refusal.value.code == "key_revoked"


def test_limits_are_not_changed_behind_a_revocation(committed: None, kai: ClientApp) -> None:
    """Fails without the lock on the key's row in `set_quota`; tried."""
    for _ in range(8):
        key, _ = clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
        outcome = race(
            lambda key=key: clients.set_quota(key, requests_per_minute=5, numbers_per_day=5, by=audit.SYSTEM),
            lambda key=key: clients.revoke_key(key, by=audit.SYSTEM),
        )
        assert outcome in (["done", "done"], ["key_revoked", "done"])
        kinds = list(Event.objects.filter(on=key.pk).order_by("seq").values_list("kind", flat=True))
        assert kinds[-1] == "key.revoked"


def test_an_operator_changes_the_limits(key: ApiKey, olga: User) -> None:
    browser = browser_of(olga, language="id")
    assert quota_page(key) in browser.get(key_page(key)).content.decode()
    assert "6000" in browser.get(quota_page(key)).content.decode()  # what every key gets
    answer = browser.post(quota_page(key), {"requests_per_minute": "50", "numbers_per_day": ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, key_page(key))
    key.refresh_from_db()
    assert (key.requests_per_minute, key.numbers_per_day) == (50, None)
    form = browser.get(quota_page(key)).context["form"]
    assert (form["requests_per_minute"].value(), form["numbers_per_day"].value()) == (50, None)
    shown = browser.get(key_page(key)).content.decode()
    assert "50" in shown
    assert "1000000" in shown


@pytest.mark.parametrize("typed", ["0", "-1", "many", "99999999999"])
def test_what_is_no_limit_is_said_at_its_field(key: ApiKey, olga: User, typed: str) -> None:
    form = browser_of(olga).post(quota_page(key), {"requests_per_minute": typed}).context["form"]
    assert form.errors["requests_per_minute"]
    key.refresh_from_db()
    assert key.requests_per_minute is None


def test_an_operator_makes_a_key_with_limits(kai: ClientApp, olga: User) -> None:
    form: dict[str, Any] = {"app": kai.pk, "scopes": ["contacts:read"], "numbers_per_day": "12"}
    browser_of(olga).post(reverse("admin:clients_apikey_add"), form)
    assert ApiKey.objects.get().quota[1:] == (6_000, 12)


def test_the_limits_of_a_revoked_key_are_not_offered(key: ApiKey, olga: User) -> None:
    clients.revoke_key(key, by=audit.SYSTEM)
    browser = browser_of(olga)
    assert quota_page(key) not in browser.get(key_page(key)).content.decode()
    assert browser.post(quota_page(key), {"numbers_per_day": "5"}).context["form"].errors


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SENIOR_REVIEWER, Role.AUDITOR])
def test_only_operators_change_limits(key: ApiKey, role: Role) -> None:
    browser = browser_of(User.objects.create_staff("tuti", PASSWORD, role))
    assert browser.get(quota_page(key)).status_code == 403
    assert browser.post(quota_page(key), {"numbers_per_day": "5"}).status_code == 403
