from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.clients import keys
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.errors import DomainError, Invalid, NotAllowed
from accounts.people.models import User


def test_a_key_is_kept_as_its_digest_only(kai: ClientApp, olga: User) -> None:
    key, secret = clients.create_key(kai, [Scope.NUMBERS_DECLARE, Scope.CONTACTS_READ], by=olga)
    key.refresh_from_db()
    assert bytes(key.digest) == keys.digest(secret)
    assert key.scopes == ["contacts:read", "numbers:declare"]
    assert key.created_by == olga.pk
    assert secret.endswith(key.hint)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key::text, (SELECT string_agg(event::text, ' ') FROM audit_event event)"
            " FROM clients_apikey key"
        )
        stored = " ".join(cursor.fetchone())
    assert secret not in stored
    assert secret[:-4] not in stored


def test_what_happens_to_an_app_and_its_keys_is_in_the_journal(kai: ClientApp, olga: User) -> None:
    key, _ = clients.create_key(kai, [Scope.CONTACTS_READ], by=olga)
    clients.revoke_key(key, by=olga)
    clients.change_app(kai, name="Kai's other messenger", contact=kai.contact, by=olga)
    clients.set_active(kai, False, by=olga)
    clients.set_active(kai, False, by=olga)
    clients.set_active(kai, True, by=olga)
    events = list(Event.objects.order_by("seq").values_list("kind", "on", "data"))[1:]
    assert events == [
        ("key.created", key.pk, {"app": kai.pk, "scopes": ["contacts:read"]}),
        ("key.revoked", key.pk, {"app": kai.pk}),
        ("client.changed", kai.pk, {"fields": ["name"]}),
        ("client.disabled", kai.pk, {}),
        ("client.enabled", kai.pk, {}),
    ]


def test_an_app_has_two_live_keys_at_most(kai: ClientApp) -> None:
    first, _ = clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
    clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
    with pytest.raises(NotAllowed) as refusal:
        clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
    assert refusal.value.code == "two_live_keys"
    clients.revoke_key(first, by=audit.SYSTEM)
    clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)


def test_a_key_is_revoked_once(kai: ClientApp) -> None:
    key, _ = clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
    revoked = clients.revoke_key(key, by=audit.SYSTEM)
    with pytest.raises(NotAllowed) as refusal:
        clients.revoke_key(key, by=audit.SYSTEM)
    assert refusal.value.code == "key_revoked"
    assert ApiKey.objects.get().revoked_at == revoked.revoked_at
    assert Event.objects.filter(kind="key.revoked").count() == 1


@pytest.mark.parametrize(
    ("attempt", "problem"),
    [
        (lambda kai: clients.create_key(kai, [], by=audit.SYSTEM), "required"),
        (lambda kai: clients.create_key(kai, ["everything"], by=audit.SYSTEM), "scope_unknown"),
        (
            lambda kai: clients.create_app(kai.name, "mallory@app.example", by=audit.SYSTEM),
            "client_name_taken",
        ),
    ],
)
def test_a_refused_attempt_changes_nothing(
    kai: ClientApp, attempt: Callable[[ClientApp], object], problem: str
) -> None:
    before = Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        attempt(kai)
    assert [found.code for found in refusal.value.problems] == [problem]
    assert (ClientApp.objects.count(), ApiKey.objects.count(), Event.objects.count()) == (1, 0, before)
    assert LogEntry.objects.get().kind == "refused"


def test_two_operators_at_once_make_no_third_key(committed: None, kai: ClientApp) -> None:
    """Fails without the lock on the app's row in `create_key`; tried."""
    clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
    together = Barrier(4)

    def make_one(_: int) -> str:
        try:
            connection.ensure_connection()
            together.wait(timeout=10)
            clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)
            return "made"
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(make_one, range(4)))
    assert outcomes == ["made", "two_live_keys", "two_live_keys", "two_live_keys"]
    assert ApiKey.objects.live().filter(app=kai).count() == 2
