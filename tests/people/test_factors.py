"""One's own factors and password, and a colleague's sign-in that an operator resets."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.errors import Forbidden, NotAllowed, NotFound
from accounts.people import factors
from accounts.people.models import User
from accounts.people.second_factor import FACTORS
from registry.totp import code
from tests.factories import PASSWORD
from tests.racing import outcomes, race
from tests.staff import browser_of

MINE = "/admin/sign-in/my/"


def app_of(person: User) -> Authenticator:
    return factors.set_up_app(person, generate_totp_secret(), by=audit.SYSTEM)


def passkey_of(person: User) -> Authenticator:
    return Authenticator.objects.create(
        user=person, type="webauthn", data={"name": "Phone", "credential": {}}
    )


def kinds_of_events(person: User) -> list[str]:
    return list(Event.objects.filter(on=person.pk).order_by("seq").values_list("kind", flat=True))


def test_the_last_factor_stays(rita: User) -> None:
    app, browser = app_of(rita), browser_of(rita)
    answer = browser.post(f"{MINE}app/remove/", follow=True)
    assert "last second factor" in answer.content.decode()
    passkey = passkey_of(rita)
    assert "Phone" in browser.get(MINE).content.decode()
    assert browser.get(f"{MINE}app/remove/").status_code == 200
    browser.post(f"{MINE}app/remove/")
    browser.post(f"{MINE}passkey/{passkey.pk}/remove/")
    assert list(Authenticator.objects.filter(user=rita)) == [passkey]
    assert kinds_of_events(rita) == ["person.factor_added", "person.factor_removed"]
    with pytest.raises(NotAllowed):
        factors.remove(passkey, by=rita)
    assert app.pk


def test_recovery_codes_are_no_factor_of_their_own(rita: User) -> None:
    with pytest.raises(NotAllowed):
        factors.make_recovery_codes(rita, by=rita)
    app = app_of(rita)
    factors.make_recovery_codes(rita, by=rita)
    with pytest.raises(NotAllowed):
        factors.remove(app, by=rita)


def test_somebody_elses_is_not_there(rita: User, rudi: User) -> None:
    app_of(rita)
    other = passkey_of(rudi)
    app_of(rudi)
    assert browser_of(rita).post(f"{MINE}passkey/{other.pk}/remove/").status_code == 404
    with pytest.raises(Forbidden):
        factors.remove(other, by=rita)


def test_two_that_are_removed_at_once_leave_one(committed: None, rita: User) -> None:
    """Seen to fail (none was left) without the lock on the person's row."""
    both = [app_of(rita), passkey_of(rita)]
    found = race(*[lambda factor=factor: factors.remove(factor, by=rita) for factor in both])
    assert outcomes(found) == {"done": 1, "last_factor": 1}
    assert Authenticator.objects.filter(user=rita, type__in=FACTORS).count() == 1


def test_a_code_that_is_sent_twice_at_once_is_good_once(committed: None, rita: User) -> None:
    """Seen to fail (both were taken) without the lock on the authenticator's row."""
    secret = generate_totp_secret()
    factors.set_up_app(rita, secret, by=audit.SYSTEM)
    taken = []

    def use() -> None:
        taken.append(factors.with_right_code(rita, code(secret, int(time.time()) // 30)) is not None)

    race(use, use, use)
    assert sorted(taken) == [False, False, True]


def test_new_recovery_codes_are_shown_once_and_end_the_old(rita: User) -> None:
    app_of(rita)
    old = factors.make_recovery_codes(rita, by=rita)
    browser = browser_of(rita)
    assert browser.get(f"{MINE}recovery-codes/").status_code == 200
    page = browser.post(f"{MINE}recovery-codes/")
    new = re.findall(r"<code>([0-9]{8})</code>", page.content.decode())
    assert len(new) == 10 and not set(new) & set(old)
    assert new[0] not in browser.get(MINE).content.decode()
    assert "10 codes are left" in browser.get(MINE).content.decode()
    assert factors.with_right_code(rita, old[0]) is None
    assert factors.with_right_code(rita, new[0]) is not None
    stored = str(Authenticator.objects.get(user=rita, type="recovery_codes").data)
    assert not any(one in stored for one in new)


def test_ones_own_password(rita: User) -> None:
    app_of(rita)
    browser, elsewhere = browser_of(rita), browser_of(rita)
    new = {"password1": "kopi tubruk pagi hari", "password2": "kopi tubruk pagi hari"}
    assert browser.get("/admin/password_change/").headers["Location"] == f"{MINE}password/"
    assert browser.get(f"{MINE}password/").status_code == 200
    for wrong in [
        {"oldpassword": "a wrong one"},
        {"password2": "another"},
        {"password1": "short", "password2": "short"},
    ]:
        assert browser.post(f"{MINE}password/", {"oldpassword": PASSWORD} | new | wrong).status_code == 200
    assert browser.post(f"{MINE}password/", {"oldpassword": PASSWORD} | new).status_code == 302
    rita.refresh_from_db()
    assert rita.check_password("kopi tubruk pagi hari")
    assert browser.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
    assert kinds_of_events(rita)[-1] == "person.password_changed"


def test_an_operator_resets_a_colleagues_sign_in(olga: User, rita: User) -> None:
    app_of(rita)
    factors.make_recovery_codes(rita, by=rita)
    hers, page = browser_of(rita), reverse("admin:people_user_reset", args=[rita.pk])
    operator = browser_of(olga)
    assert page in operator.get(reverse("admin:people_user_change", args=[rita.pk])).content.decode()
    assert operator.get(page).status_code == 200
    assert Authenticator.objects.filter(user=rita).count() == 2
    answer = operator.post(page)
    (password,) = re.findall(r'<code id="secret">(\S+)</code>', answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert not Authenticator.objects.filter(user=rita).exists()
    assert hers.get("/admin/").status_code == 302
    event = Event.objects.latest("seq")
    assert (event.kind, event.by, event.on, event.data) == ("person.sign_in_reset", olga.pk, rita.pk, {})

    fresh = Client(headers={"Accept": "text/html"})
    assert fresh.post("/admin/sign-in/", {"login": "rita", "password": PASSWORD}).status_code == 200
    fresh.post("/admin/sign-in/", {"login": "rita", "password": password})
    (secret,) = re.findall(r'id="secret">([A-Z2-7]+)<', fresh.get(f"{MINE}app/").content.decode())
    fresh.post(f"{MINE}app/", {"code": code(secret, int(time.time()) // 30)})
    for address in ["/admin/", "/admin/verification/application/", MINE]:
        assert fresh.get(address).headers["Location"].startswith(f"{MINE}password/"), address
    new = {
        "oldpassword": password,
        "password1": "kopi tubruk pagi hari",
        "password2": "kopi tubruk pagi hari",
    }
    fresh.post(f"{MINE}password/", new)
    assert fresh.get("/admin/").status_code == 200


def test_nobody_resets_their_own_or_without_the_role(olga: User, rita: User, ada: User) -> None:
    for person, by, refusal in [(olga, olga, Forbidden), (olga, rita, Forbidden), (ada, olga, NotFound)]:
        with pytest.raises(refusal):
            factors.reset_sign_in(person, by=by)
    before = User.objects.get(pk=olga.pk).password
    browser = browser_of(olga)
    browser.post(reverse("admin:people_user_reset", args=[olga.pk]))
    answer = browser.post(reverse("admin:people_user_password", args=[olga.pk]), {"new_password1": "x"})
    assert answer.headers["Location"] == f"{MINE}password/"  # where the old one is asked for
    assert User.objects.get(pk=olga.pk).password == before
    assert browser.post(reverse("admin:people_user_reset", args=[ada.pk])).status_code == 403


def test_the_second_factor_costs_a_page_no_query(rita: User, django_assert_num_queries: Any) -> None:
    browser = browser_of(rita)
    with django_assert_num_queries(2):  # the session and the person
        assert browser.get("/admin/jsi18n/").status_code == 200
