import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.clients import keys
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.people.models import User
from accounts.people.roles import Role
from tests.factories import PASSWORD
from tests.staff import browser_of

ADD_APP, ADD_KEY = "admin:clients_clientapp_add", "admin:clients_apikey_add"


@pytest.fixture
def browser(olga: User) -> Client:
    return browser_of(olga, language="id")


@pytest.fixture
def key(kai: ClientApp) -> ApiKey:
    return clients.create_key(kai, [Scope.CONTACTS_READ], by=audit.SYSTEM)[0]


def app_page(app: ClientApp) -> str:
    return reverse("admin:clients_clientapp_change", args=[app.pk])


def key_page(key: ApiKey) -> str:
    return reverse("admin:clients_apikey_change", args=[key.pk])


def revoke_page(key: ApiKey) -> str:
    return reverse("admin:clients_apikey_revoke", args=[key.pk])


def test_an_operator_adds_an_app(browser: Client, olga: User) -> None:
    response = browser.post(reverse(ADD_APP), {"name": "Kai's messenger", "contact": "kai@app.example"})
    app = ClientApp.objects.get()
    assert response.status_code == 302
    assert list(Event.objects.values_list("kind", "on", "by")) == [("client.created", app.pk, olga.pk)]
    again = browser.post(reverse(ADD_APP), {"name": "Kai's messenger", "contact": "kai@app.example"})
    assert again.context["errors"]


def test_an_operator_switches_an_app_off(browser: Client, kai: ClientApp) -> None:
    assert browser.get(app_page(kai)).status_code == 200
    browser.post(app_page(kai), {"name": kai.name, "contact": "new@app.example"})
    kai.refresh_from_db()
    assert (kai.is_active, kai.contact) == (False, "new@app.example")
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["client.created", "client.changed", "client.disabled"]


def test_a_new_key_is_shown_once_and_nowhere_else(browser: Client, kai: ClientApp) -> None:
    assert browser.get(reverse(ADD_KEY)).status_code == 200
    scopes = [Scope.CONTACTS_READ, Scope.NUMBERS_DECLARE]
    response = browser.post(reverse(ADD_KEY), {"app": kai.pk, "scopes": scopes})
    key = ApiKey.objects.get()
    [secret] = re.findall(r"vbr_test_[0-9A-Za-z]{36}", response.content.decode())
    assert keys.digest(secret) == bytes(key.digest)
    assert key.scopes == scopes
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in str(response.headers) + str(browser.cookies)
    assert secret not in str([session.get_decoded() for session in Session.objects.all()])
    for url in [key_page(key), reverse("admin:clients_apikey_changelist"), reverse("admin:index")]:
        assert secret not in browser.get(url).content.decode()


def test_looking_at_the_form_makes_no_key(browser: Client, kai: ClientApp) -> None:
    browser.get(reverse(ADD_KEY), {"app": kai.pk, "scopes": Scope.CONTACTS_READ})
    assert not ApiKey.objects.exists()


def test_a_third_key_is_refused_in_so_many_words(browser: Client, kai: ClientApp) -> None:
    form: dict[str, Any] = {"app": kai.pk, "scopes": [Scope.CONTACTS_READ]}
    browser.post(reverse(ADD_KEY), form)
    browser.post(reverse(ADD_KEY), form)
    response = browser.post(reverse(ADD_KEY), form)
    assert response.context["form"].non_field_errors() == [
        "Aplikasi ini sudah punya dua kunci aktif; cabut satu dahulu."
    ]
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_a_key_has_scopes_of_the_list(browser: Client, kai: ClientApp, scopes: list[str]) -> None:
    response = browser.post(reverse(ADD_KEY), {"app": kai.pk, "scopes": scopes})
    assert response.context["form"].errors["scopes"]
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_after_a_question(browser: Client, key: ApiKey) -> None:
    assert revoke_page(key) in browser.get(key_page(key)).content.decode()
    assert browser.get(revoke_page(key)).status_code == 200
    assert ApiKey.objects.live().exists()
    assert browser.post(revoke_page(key)).status_code == 302
    assert not ApiKey.objects.live().exists()
    assert revoke_page(key) not in browser.get(key_page(key)).content.decode()
    again = browser.post(revoke_page(key), follow=True)
    assert "sudah dicabut" in " ".join(str(message) for message in again.context["messages"])
    assert Event.objects.filter(kind="key.revoked").count() == 1


def test_a_form_of_another_site_revokes_nothing(olga: User, key: ApiKey) -> None:
    browser = browser_of(olga, csrf=True)
    assert browser.post(revoke_page(key)).status_code == 403
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SENIOR_REVIEWER, Role.AUDITOR])
def test_only_operators_make_and_revoke_keys(kai: ClientApp, key: ApiKey, role: Role) -> None:
    client = browser_of(User.objects.create_staff("tuti", PASSWORD, role))
    assert (client.get(key_page(key)).status_code == 200) == (role == Role.AUDITOR)
    assert revoke_page(key) not in client.get(key_page(key)).content.decode()
    for url in [reverse(ADD_APP), reverse(ADD_KEY), app_page(kai), revoke_page(key)]:
        form = {"app": kai.pk, "name": "X", "contact": "x@app.example", "scopes": ["contacts:read"]}
        assert client.post(url, form).status_code == 403, url
    key.refresh_from_db()
    assert (key.revoked_at, ApiKey.objects.count(), ClientApp.objects.get().name) == (None, 1, kai.name)


def test_no_key_is_changed_or_deleted(browser: Client, kai: ClientApp, key: ApiKey) -> None:
    assert browser.post(key_page(key), {"scopes": "[]", "hint": "XXXX"}).status_code == 403
    for name, row in [("apikey", key), ("clientapp", kai)]:
        url = reverse(f"admin:clients_{name}_delete", args=[row.pk])
        assert browser.post(url, {"post": "yes"}).status_code == 403


def test_a_made_up_id_is_no_error(browser: Client) -> None:
    for made_up in ["key_nobody", "1", "key_01h2xcejqtf2nbrexx3vqjhp41"]:
        assert browser.get(reverse("admin:clients_apikey_revoke", args=[made_up])).status_code == 404
