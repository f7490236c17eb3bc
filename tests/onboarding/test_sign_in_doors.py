"""Two doors: an owner's session does not become one of the staff, nor does the owners' door ever let staff in."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from accounts.audit import journal as audit
from accounts.contacts.models import Device
from accounts.people import factors
from accounts.people.adapters import SignInAdapter
from accounts.people.doors import OwnersDoor, let_owner_in
from accounts.people.models import User
from tests.factories import PASSWORD
from tests.onboarding.signing import CODE, DEVICES, SIGN_IN, ask, browser, give, sent_code, signed_in
from tests.people.test_sign_in import now

STAFFS = "/admin/sign-in/"


@pytest.fixture
def secret(rita: User) -> str:
    """Of Rita's authenticator app."""
    User.objects.filter(pk=rita.pk).update(language="en", email="rita@registry.example")
    secret = str(generate_totp_secret())
    factors.set_up_app(rita, secret, by=audit.SYSTEM)
    return secret


def who(client: Client) -> Any:
    return client.session.get("_auth_user_id")


def with_password(client: Client, name: str) -> Any:
    return client.post(STAFFS, {"login": name, "password": PASSWORD})


def test_an_owners_session_opens_no_page_of_the_staff(ada: User) -> None:
    client = signed_in(ada)
    for page in ("/admin/", "/admin/people/user/", "/admin/sign-in/my/", "/admin/sign-in/again/"):
        answer = client.get(page)
        assert answer.status_code in (302, 403), page
        assert "/admin/sign-in/my" not in answer.get("Location", "")
    assert client.get(DEVICES).status_code == 200


def test_nor_does_it_become_one_by_what_the_staff_give(ada: User, rita: User, secret: str) -> None:
    """A password of the staff in an owner's browser: the page sends away who is signed in. After signing out it works,
    and nothing of the owner is left."""
    client = signed_in(ada)
    with_password(client, "rita")
    client.post(f"{STAFFS}code/", {"code": now(secret)})
    assert who(client) == ada.pk
    assert client.get("/admin/").status_code == 302
    client.post("/sign-out/")
    with_password(client, "rita")
    client.post(f"{STAFFS}code/", {"code": now(secret)})
    assert who(client) == rita.pk
    assert client.get("/admin/").status_code == 200
    assert client.session.get_expiry_age() <= 12 * 3600
    assert not Device.objects.exists()


def test_an_owner_with_a_password_is_no_staff_at_the_staffs_door(ada: User) -> None:
    ada.set_password(PASSWORD)
    ada.username = "ada"
    ada.save()
    client = browser()
    assert "wrong, or you may not sign in here" in with_password(client, "ada").content.decode()
    assert who(client) is None


def test_a_half_done_sign_in_of_the_staff_is_gone_once_an_owner_has_signed_in(
    ada: User, rita: User, secret: str
) -> None:
    client = browser()
    assert with_password(client, "rita")["Location"] == f"{STAFFS}code/"
    ask(client, "ada@owner.example")
    give(client, sent_code())
    assert who(client) == ada.pk
    client.post(f"{STAFFS}code/", {"code": now(secret)})
    assert who(client) == ada.pk
    kept = str(dict(client.session.items()))
    assert rita.pk not in kept and "mfa" not in kept and "password" not in kept


def test_staff_who_sign_in_as_an_owner_are_staff_no_more(ada: User, rita: User, secret: str) -> None:
    client = browser()
    with_password(client, "rita")
    client.post(f"{STAFFS}code/", {"code": now(secret)})
    staffs = client.session.session_key
    ask(client, "ada@owner.example")
    give(client, sent_code())
    assert who(client) == ada.pk
    assert not Session.objects.filter(pk=staffs).exists()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("contact", ["rita@registry.example", "rita"])
def test_a_member_of_the_staff_never_gets_in_by_the_owners_door(
    rita: User, secret: str, contact: str
) -> None:
    client = browser()
    ask(client, contact)
    for code in ("123456", "000000", now(secret)):
        assert give(client, code).status_code in (302, 422)
    assert who(client) is None


@pytest.mark.parametrize("change", [{"role": "reviewer", "username": "ada"}, {"is_active": False}])
def test_the_door_looks_itself(ada: User, rf: RequestFactory, change: dict[str, Any]) -> None:
    """Whoever calls it, with whomever: staff and disabled people are not let in, nor is anything left of the try."""
    client = browser()
    ask(client, "ada@owner.example")
    User.objects.filter(pk=ada.pk).update(**change)
    answer = give(client, sent_code())
    assert answer.status_code == 422
    assert who(client) is None
    request = rf.post(CODE)
    request.session = client.session
    request.resolver_match = type("Match", (), {"url_name": "owner_code"})()
    request.user = AnonymousUser()
    ada.refresh_from_db()
    with context.request_context(request):
        assert let_owner_in(request, ada, "/my/") is None
    assert "_auth_user_id" not in request.session
    assert "account_authentication_methods" not in request.session


@pytest.mark.parametrize(
    "address", ["/admin/", STAFFS, f"{STAFFS}my/", f"{STAFFS}my/app/", f"{STAFFS}again/"]
)
def test_an_owners_session_opens_nothing_of_the_staff_whoever_its_person_is_by_now(
    ada: User, address: str
) -> None:
    """Not even the page on which a first second factor is set up: a code to a phone would be all it takes."""
    client = signed_in(ada)
    User.objects.filter(pk=ada.pk).update(role="reviewer", username="ada")
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, STAFFS)
    assert who(client) is None
    assert client.get(STAFFS).status_code == 200


def test_everywhere_else_it_is_the_staffs_door(ada: User, rf: RequestFactory) -> None:
    assert type(get_adapter()) is SignInAdapter
    for name in ("account_login", "owner_sign_in", "my", "home"):
        request = rf.get("/")
        request.resolver_match = type("Match", (), {"url_name": name})()
        assert type(get_adapter(request)) is SignInAdapter
    request.resolver_match = type("Match", (), {"url_name": "owner_code"})()
    assert type(get_adapter(request)) is OwnersDoor


def test_who_is_disabled_is_out_at_the_next_click(ada: User) -> None:
    client = signed_in(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get(DEVICES)["Location"] == f"{SIGN_IN}?next=%2Fmy%2Fdevices%2F"
