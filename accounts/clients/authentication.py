"""Who calls the API, and whether that app may: a bearer key (RFC 6750) with scopes. One query a request."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import ids, prepared
from accounts.audit import journal as audit
from accounts.clients import keys, quotas, scanning
from accounts.clients.models import ApiKey, ClientApp
from accounts.errors import DomainError, Forbidden, Unauthenticated

if TYPE_CHECKING:  # importing views calls for the settings, and those for this module
    from rest_framework.views import APIView

REALM = 'Bearer realm="registry"'
BEARER = re.compile(r"bearer(?: +|$)", re.IGNORECASE)
# A client that keeps on knocking with a revoked key fills no table: one line a minute, key and cause.
REFUSAL_NOTED_FOR = 60  # seconds

KEY = """
SELECT k.id, k.scopes, k.revoked_at, app.id, app.name, app.is_active,
       k.requests_per_minute, k.numbers_per_day, k.slot, statement_timestamp()
FROM clients_apikey k JOIN clients_clientapp app ON app.id = k.app_id WHERE k.digest = %s
"""
KEY_COLUMNS = 10
# In the model's order.
_KEY_FIELDS = ["id", "app_id", "scopes", "revoked_at", "requests_per_minute", "numbers_per_day", "slot"]


class BearerKey(BaseAuthentication):
    """`request.auth` is the ApiKey, with its `.app`; `request.user` stays None, for an app is no person.

    Raises Unauthenticated, with a code that says what is wrong with the key.
    """

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        rows = prepared.rows(KEY, [digest_of(request)])
        return None, admit(rows[0] if rows else None)

    def authenticate_header(self, request: Request) -> str:
        return REALM


class HasScope(BasePermission):
    """A view names what a key must be good for in `required_scope`; one that names nothing is closed. Whoever may call
    spends one request.

    Raises Forbidden: the key has not got that scope; QuotaExceeded: quota_requests.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiKey):
            raise Unauthenticated("key_missing")
        require_scope(request.auth, getattr(view, "required_scope", None))
        spend(view, request.auth)
        return True


def spend(view: "APIView", key: ApiKey, numbers: Sequence[str] = ()) -> None:
    """Count a request, and say in the answer what is left. Raises QuotaExceeded."""
    now = key.as_of.timestamp()
    _tell(view, quotas.spend(key.quota, numbers=len(numbers), now=now))
    if numbers:
        scanning.note(key, numbers, now=now)


def spend_numbers(view: "APIView", numbers: Sequence[str], *, misspelt: int = 0) -> None:
    """The numbers that a request asks for, once it is counted itself; those that are none cost as much to read, and
    more. Raises QuotaExceeded.
    """
    key = view.request.auth
    assert isinstance(key, ApiKey)
    now = key.as_of.timestamp()
    try:
        _tell(view, quotas.spend_numbers(key.quota, numbers=len(numbers) + misspelt, now=now))
    except quotas.QuotaExceeded as refusal:
        _tell(view, refusal.budget)
        raise
    if numbers:
        scanning.note(key, numbers, now=now)


def _tell(view: "APIView", budget: quotas.Budget) -> None:
    view.headers |= dict(budget.headers())  # which DRF adds to whatever the view answers


def digest_of(request: Request | HttpRequest) -> bytes:
    """Of the key that was sent. Raises Unauthenticated where no key of ours can look like that."""
    secret = _bearer_token(request.META.get("HTTP_AUTHORIZATION", ""))
    deployment = keys.deployment_of(secret)
    if deployment is None:
        raise Unauthenticated("key_malformed")
    if deployment != settings.DEPLOYMENT:
        raise Unauthenticated("key_wrong_deployment", theirs=deployment, ours=settings.DEPLOYMENT)
    return keys.digest(secret)


def admit(row: Sequence[Any] | None) -> ApiKey:
    """The key of a row of `KEY`. Raises Unauthenticated: unknown, revoked, or its app is switched off."""
    if row is None or row[0] is None:
        raise Unauthenticated("key_unknown")
    key_id, scopes, revoked_at, app_id, name, is_active, *quota, as_of = row
    app_values = [ids.to_text("cli", app_id), name, is_active]
    app = ClientApp.from_db("default", ["id", "name", "is_active"], app_values)
    key_values = [ids.to_text("key", key_id), app.pk, json.loads(scopes), revoked_at, *quota]
    key = ApiKey.from_db("default", _KEY_FIELDS, key_values)
    key.app = app
    key.as_of = as_of
    if key.revoked_at is not None:
        raise _noted(key, Unauthenticated("key_revoked"))
    if not app.is_active:
        raise _noted(key, Unauthenticated("app_disabled"))
    return key


def require_scope(key: ApiKey, scope: str | None) -> None:
    if scope is None:
        raise Forbidden("closed_to_keys")
    if scope not in key.scopes:
        raise _noted(key, Forbidden("scope_missing", scope=str(scope)))


def challenge(refusal: DomainError) -> str:
    """WWW-Authenticate for a refusal (RFC 6750 section 3): no error where no key was sent at all."""
    match refusal.code:
        case "key_missing":
            return REALM
        case "key_repeated":
            return f'{REALM}, error="invalid_request"'
        case "scope_missing":
            return f'{REALM}, error="insufficient_scope", scope="{refusal.params["scope"]}"'
        case _:
            return f'{REALM}, error="invalid_token", error_description="{refusal.code}"'


def _bearer_token(header: str) -> str:
    # A server joins a header that was sent twice with a comma (RFC 9110 section 5.3); no key holds one.
    schemes = [part.strip() for part in header.split(",")]
    bearers = [part for part in schemes if BEARER.match(part)]
    if not bearers:
        raise Unauthenticated("key_missing")
    if len(schemes) > 1:
        raise Unauthenticated("key_repeated")
    return BEARER.sub("", bearers[0], count=1)


def _noted(key: ApiKey, refusal: DomainError) -> DomainError:
    """Write a refused key that we know to the log; what was never a key of ours leaves no trace."""
    if is_to_be_noted(key.pk, refusal):
        audit.log("refused", by=key.app, on=key, data={"code": refusal.code, **refusal.params})
    return refusal


def is_to_be_noted(key: str, refusal: DomainError) -> bool:
    """Whether this process has not noted the same within the last minute; from now on it has."""
    return cache.add(f"refused:{key}:{refusal.code}", True, timeout=REFUSAL_NOTED_FOR)
