"""What may happen to client apps and their keys."""

from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.audit import journal as audit
from accounts.clients import keys
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.errors import Invalid, NotAllowed, Problem

HIGHEST_LIMIT = 2**31 - 1  # what an integer of the database holds
LIVE_KEYS_PER_APP = 2  # the one in use and the one it is being replaced by


@audit.transaction
def create_app(name: str, contact: str, *, by: audit.Actor) -> ClientApp:
    """Raises Invalid: the name is taken."""
    app = ClientApp(name=name, contact=contact)
    _save(app, force_insert=True)
    audit.record("client.created", on=app, by=by)
    return app


@audit.transaction
def change_app(app: ClientApp, *, name: str, contact: str, by: audit.Actor) -> ClientApp:
    """Raises Invalid: the name is taken."""
    app = _locked(app)
    wanted = {"name": name, "contact": contact}
    changed = [field for field, value in wanted.items() if getattr(app, field) != value]
    if changed:
        app.name, app.contact = name, contact
        _save(app, update_fields=changed)
        audit.record("client.changed", on=app, by=by, data={"fields": changed})
    return app


@audit.transaction
def set_active(app: ClientApp, active: bool, *, by: audit.Actor) -> ClientApp:
    """Switch all keys of an app off, or on again; the keys stay what they are."""
    app = _locked(app)
    if app.is_active != active:
        app.is_active = active
        app.save(update_fields=["is_active"])
        audit.record("client.enabled" if active else "client.disabled", on=app, by=by)
    return app


@audit.transaction
def create_key(
    app: ClientApp,
    scopes: Iterable[str],
    *,
    requests_per_minute: int | None = None,
    numbers_per_day: int | None = None,
    by: audit.Actor,
) -> tuple[ApiKey, str]:
    """The key and its secret, which nobody can ever read again. Limits that are None are the deployment's.

    Raises NotAllowed: two keys are live; Invalid: no scope, or one that does not exist; a limit that is none.
    """
    app = _locked(app)  # two operators at once must not make a third key between them
    granted = _known(scopes)
    limits = _limits(requests_per_minute, numbers_per_day)
    if ApiKey.objects.live().filter(app=app).count() >= LIVE_KEYS_PER_APP:
        raise NotAllowed("two_live_keys")
    secret = keys.generate(settings.DEPLOYMENT)
    key = ApiKey.objects.create(
        app=app,
        digest=keys.digest(secret),
        hint=secret[-keys.HINT_CHARACTERS :],
        scopes=granted,
        created_by=str(by.pk),
        **limits,
    )
    own = {name: limit for name, limit in limits.items() if limit is not None}
    audit.record("key.created", on=key, by=by, data={"app": app.pk, "scopes": granted, **own})
    return key, secret


@audit.transaction
def set_quota(
    key: ApiKey, *, requests_per_minute: int | None, numbers_per_day: int | None, by: audit.Actor
) -> ApiKey:
    """What the key may ask for from now on; None: what the deployment grants every key.

    Raises NotAllowed: it is revoked; Invalid value_too_low, value_too_high.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is not None:
        raise NotAllowed("key_revoked")
    limits = _limits(requests_per_minute, numbers_per_day)
    if limits != {name: getattr(key, name) for name in limits}:
        key.requests_per_minute, key.numbers_per_day = requests_per_minute, numbers_per_day
        key.save(update_fields=list(limits))
        audit.record("key.quota_changed", on=key, by=by, data={"app": key.app_id, **limits})
    return key


@audit.transaction
def revoke_key(key: ApiKey, *, by: audit.Actor) -> ApiKey:
    """The next request with it is refused. Raises NotAllowed: it was revoked before."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is not None:
        raise NotAllowed("key_revoked")
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    audit.record("key.revoked", on=key, by=by, data={"app": key.app_id})
    return key


def _locked(app: ClientApp) -> ClientApp:
    return ClientApp.objects.select_for_update().get(pk=app.pk)


def _limits(requests_per_minute: int | None, numbers_per_day: int | None) -> dict[str, int | None]:
    limits = {"requests_per_minute": requests_per_minute, "numbers_per_day": numbers_per_day}
    problems = []
    for name, limit in limits.items():
        if limit is not None and limit < 1:
            problems.append(Problem("value_too_low", f"/{name}", {"limit": 1}))
        elif limit is not None and limit > HIGHEST_LIMIT:
            problems.append(Problem("value_too_high", f"/{name}", {"limit": HIGHEST_LIMIT}))
    if problems:
        raise Invalid("invalid", problems=problems)
    return limits


def _known(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    unknown = sorted(wanted - set(Scope.values))
    if unknown:
        raise Invalid("invalid", problems=[Problem("scope_unknown", "/scopes", {"scope": unknown[0]})])
    if not wanted:
        raise Invalid("invalid", problems=[Problem("required", "/scopes")])
    return [scope for scope in Scope.values if scope in wanted]


def _save(app: ClientApp, **how: object) -> None:
    try:
        with transaction.atomic():
            app.save(**how)  # type: ignore[arg-type]  # the keywords of Model.save, passed on
    except IntegrityError as taken:
        raise Invalid("invalid", problems=[Problem("client_name_taken", "/name")]) from taken
