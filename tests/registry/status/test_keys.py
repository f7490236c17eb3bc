"""The prober's own key: made, kept, made anew; never more than two."""

import stat
from pathlib import Path

import pytest

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.clients import services as clients
from accounts.clients.keys import digest
from accounts.clients.models import ApiKey, ClientApp
from accounts.errors import DomainError
from registry.status import keys
from tests.racing import race


@pytest.mark.usefixtures("db")
def test_of_two_live_keys_the_older_goes() -> None:
    secrets = [keys.make() for _ in range(4)]
    assert len(set(secrets)) == 4
    (app,) = ClientApp.objects.all()
    assert app.name.startswith("Status prober (") and app.contact
    live = {bytes(value) for value in ApiKey.objects.live().values_list("digest", flat=True)}
    assert live == {digest(secret) for secret in secrets[-2:]}
    key = ApiKey.objects.latest("pk")
    assert key.scopes == ["contacts:read", "status:probe"]
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["client.created", *["key.created"] * 2, *["key.revoked", "key.created"] * 2]


@pytest.mark.usefixtures("db")
def test_it_has_a_quota_of_its_own_where_the_deployment_grants_little(settings: object) -> None:
    settings.QUOTA = {"REQUESTS_PER_MINUTE": 1, "NUMBERS_PER_DAY": 1}  # type: ignore[attr-defined]  # pytest-django's
    keys.make()
    quota = ApiKey.objects.get().quota
    assert quota.requests_per_minute >= 6_000 and quota.numbers_per_day >= 2 * 86_400


@pytest.mark.usefixtures("db")
def test_a_prober_that_staff_switched_off_stays_off() -> None:
    keys.make()
    clients.set_active(ClientApp.objects.get(), False, by=audit.SYSTEM)
    keys.make()
    assert not ClientApp.objects.get().is_active


@pytest.mark.usefixtures("committed")
def test_probers_of_one_machine_at_once_make_no_third_key_between_them() -> None:
    """Some are refused, and try again in their next round. Without `create_key`'s lock on the app there are more."""
    outcomes = race(*[keys.make] * 8)
    assert "done" in outcomes
    assert set(outcomes) <= {"done", "two_live_keys", "key_revoked", "invalid"}
    assert ApiKey.objects.live().count() <= clients.LIVE_KEYS_PER_APP
    try:
        keys.make()
    except DomainError as refusal:
        pytest.fail(refusal.code)


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert keys.read(path) == ""
    for secret in ("first", "second"):
        keys.keep(path, secret)
        assert keys.read(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]
    path.write_bytes(b"\xff\xfe\x00")
    assert keys.read(path) == ""
