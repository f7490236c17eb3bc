"""Who may call: each refusal has its code, its status and the challenge of RFC 6750."""

from typing import Any

import pytest
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit import journal as audit
from accounts.audit.models import LogEntry
from accounts.clients import keys
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope


class Probe(APIView):
    """A view as the registry's are: nothing said about who may call it, but for the scope."""

    required_scope: Scope | None = Scope.CONTACTS_READ

    def get(self, request: Request) -> Response:
        assert isinstance(request.auth, ApiKey)
        return Response({"app": request.auth.app.name, "user": request.user})


class Forgetful(Probe):
    required_scope = None


urlpatterns = [path("probe", Probe.as_view()), path("forgetful", Forgetful.as_view())]
pytestmark = pytest.mark.urls(__name__)


def call(header: str | None, url: str = "/probe") -> Any:
    return Client().get(url, headers={} if header is None else {"Authorization": header})


def refused(response: Any, status: int, code: str) -> str:
    assert (response.status_code, response.json()["code"]) == (status, code)
    return str(response.headers.get("WWW-Authenticate", ""))


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
def test_a_live_key_is_one_query(kais_key: str, scheme: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        response = call(scheme + kais_key)
    assert response.json() == {"app": "Kai's messenger", "user": None}


@pytest.mark.parametrize(
    ("header", "code", "error"),
    [
        (None, "key_missing", ""),
        ("", "key_missing", ""),
        ("Basic a2FpOmthaQ==", "key_missing", ""),
        ("Digest username=kai, realm=registry", "key_missing", ""),
        ("Bearer", "key_malformed", "invalid_token"),
        ("Bearer ", "key_malformed", "invalid_token"),
        ("Bearer vbr_test_tooshort", "key_malformed", "invalid_token"),
        ("Bearer vbr_test_" + "0" * 36, "key_malformed", "invalid_token"),  # the checksum does not match
        ("Bearer {test} {test}", "key_malformed", "invalid_token"),
        # granian, like most servers, joins a header that was sent twice with a comma.
        ("Bearer {test},Bearer {test}", "key_repeated", "invalid_request"),
        ("Bearer {test}, Basic a2FpOmthaQ==", "key_repeated", "invalid_request"),
        ("Basic a2FpOmthaQ==,Bearer {test}", "key_repeated", "invalid_request"),
        ("Bearer {live}", "key_wrong_deployment", "invalid_token"),
    ],
)
def test_what_is_no_key_of_ours_is_refused_without_a_query(
    header: str | None, code: str, error: str, db: None, django_assert_num_queries: Any
) -> None:
    if header is not None:
        header = header.format(test=keys.generate("test"), live=keys.generate("live"))
    with django_assert_num_queries(0):
        response = call(header)
    challenge = refused(response, 401, code)
    assert challenge.startswith('Bearer realm="registry"')
    assert ("error=" in challenge) == bool(error)
    assert error in challenge


def test_a_key_of_the_other_deployment_is_told_so(db: None) -> None:
    response = call(f"Bearer {keys.generate('live')}")
    refused(response, 401, "key_wrong_deployment")
    assert "live" in response.json()["detail"]


def test_an_unknown_key_leaves_no_trace(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        refused(call(f"Bearer {keys.generate('test')}"), 401, "key_unknown")
    assert not LogEntry.objects.exists()


def test_a_revoked_key_is_refused_at_once_and_noted(kai: ClientApp, kais_key: str) -> None:
    assert call(f"Bearer {kais_key}").status_code == 200
    key = clients.revoke_key(ApiKey.objects.get(), by=audit.SYSTEM)
    for _ in range(3):
        refused(call(f"Bearer {kais_key}"), 401, "key_revoked")
    noted = LogEntry.objects.get()  # one line, however often it knocks
    assert (noted.kind, noted.by, noted.on, noted.data) == (
        "refused",
        kai.pk,
        key.pk,
        {"code": "key_revoked"},
    )


def test_an_app_that_is_switched_off_is_refused(kai: ClientApp, kais_key: str) -> None:
    clients.set_active(kai, False, by=audit.SYSTEM)
    refused(call(f"Bearer {kais_key}"), 401, "app_disabled")
    assert LogEntry.objects.get().data == {"code": "app_disabled"}
    clients.set_active(kai, True, by=audit.SYSTEM)
    assert call(f"Bearer {kais_key}").status_code == 200


def test_a_key_without_the_scope_is_refused(kai: ClientApp) -> None:
    _, secret = clients.create_key(kai, [Scope.NUMBERS_DECLARE], by=audit.SYSTEM)
    response = call(f"Bearer {secret}")
    assert refused(response, 403, "scope_missing") == (
        'Bearer realm="registry", error="insufficient_scope", scope="contacts:read"'
    )
    assert LogEntry.objects.get().data == {"code": "scope_missing", "scope": "contacts:read"}


def test_a_view_that_names_no_scope_is_closed(kais_key: str) -> None:
    refused(call(f"Bearer {kais_key}", "/forgetful"), 403, "closed_to_keys")


def test_a_refusal_never_repeats_the_key(kais_key: str) -> None:
    clients.revoke_key(ApiKey.objects.get(), by=audit.SYSTEM)
    response = call(f"Bearer {kais_key}")
    assert kais_key not in response.content.decode() + str(response.headers)
