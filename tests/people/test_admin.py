from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.people.models import User
from accounts.people.roles import Role
from tests.factories import PASSWORD
from tests.staff import browser_of

ADD = "admin:people_user_add"
NEW_PASSWORD = "kopi tubruk pagi hari"


@pytest.fixture
def browser(olga: User) -> Client:
    return browser_of(olga, language="id")


def page(person: User) -> str:
    return reverse("admin:people_user_change", args=[person.pk])


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would send back if the person changed nothing."""
    values = response.context["adminform"].form.initial
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_an_operator_adds_staff(browser: Client, olga: User) -> None:
    form = {
        "username": "tuti",
        "name": "Tuti",
        "email": "",
        "role": "reviewer",
        "language": "en",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }
    assert browser.get(reverse(ADD)).status_code == 200
    response = browser.post(reverse(ADD), form)
    tuti = User.objects.get(username="tuti")
    assert response.headers["Location"] == reverse("admin:people_user_changelist")
    assert (tuti.role, tuti.language, tuti.email, tuti.check_password(NEW_PASSWORD)) == (
        "reviewer",
        "en",
        None,
        True,
    )
    assert list(Event.objects.filter(on=tuti.pk).values_list("kind", "by")) == [("person.created", olga.pk)]
    assert User.objects.filter(name="Tuti").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"password2": "something else entirely"},
        {"password1": "short", "password2": "short"},
        {"role": ""},
        {"username": ""},
        {"username": "olga"},
    ],
)
def test_a_wrong_form_adds_nobody(browser: Client, wrong: dict[str, str]) -> None:
    form = {"username": "tuti", "name": "", "email": "", "role": "reviewer", "language": "id"}
    form |= {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD} | wrong
    response = browser.post(reverse(ADD), form)
    assert response.status_code == 200
    assert response.context["errors"]
    assert User.objects.count() == 1


def test_an_operator_changes_and_disables_staff(browser: Client, rita: User) -> None:
    form = form_of(browser.get(page(rita)))
    assert form == {"name": "Rita", "role": "reviewer", "language": "id", "is_active": True}
    del form["is_active"]
    assert browser.post(page(rita), form | {"role": "senior_reviewer"}).status_code == 302
    rita.refresh_from_db()
    assert (rita.role, rita.is_active, rita.username) == (Role.SENIOR_REVIEWER, False, "rita")
    assert list(Event.objects.order_by("seq").values_list("kind", flat=True)) == [
        "person.changed",
        "person.disabled",
    ]


def test_an_operator_stays_an_operator(browser: Client, olga: User) -> None:
    """The whole form is refused, and that is in the log though the admin rolled its transaction back."""
    form = form_of(browser.get(page(olga)))
    response = browser.post(
        page(olga), form | {"role": "senior_reviewer", "name": "Olga the Great"}, follow=True
    )
    assert [str(message) for message in response.context["messages"]] == [
        "Orang lain harus mengubah peran atau akses Anda sendiri."
    ]
    olga.refresh_from_db()
    assert (olga.role, olga.name) == (Role.OPERATOR, "Olga")
    assert not Event.objects.exists()
    refusal = LogEntry.objects.get(kind="refused")
    assert (refusal.by, refusal.on, refusal.data["code"]) == (olga.pk, olga.pk, "own_access")


def test_an_operator_sets_a_password(browser: Client, rita: User) -> None:
    url = reverse("admin:people_user_password", args=[rita.pk])
    assert url in browser.get(page(rita)).content.decode()
    assert browser.get(url).status_code == 200
    wrong = browser.post(url, {"new_password1": "short", "new_password2": "short"})
    assert wrong.context["form"].errors
    assert (
        browser.post(url, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}).status_code == 302
    )
    rita.refresh_from_db()
    assert rita.check_password(NEW_PASSWORD)
    assert Event.objects.get().kind == "person.password_set"


def test_an_owner_is_looked_at_and_that_is_noted(browser: Client, ada: User, olga: User) -> None:
    before = User.objects.get(pk=ada.pk).__dict__ | {"_state": None}
    response = browser.get(page(ada))
    assert "ada@owner.example" in response.content.decode()
    assert '<input type="submit"' not in response.content.decode()
    viewed = LogEntry.objects.get()
    assert (viewed.kind, viewed.by, viewed.on) == ("viewed", olga.pk, ada.pk)
    assert (
        browser.post(page(ada), {"name": "Mallory", "role": "operator", "language": "id"}).status_code == 403
    )
    password = reverse("admin:people_user_password", args=[ada.pk])
    assert (
        browser.post(password, {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}).status_code
        == 403
    )
    assert User.objects.get(pk=ada.pk).__dict__ | {"_state": None} == before


@pytest.mark.parametrize(
    ("role", "may_look"),
    [(Role.REVIEWER, False), (Role.SENIOR_REVIEWER, True), (Role.AUDITOR, True), (Role.OWNER, False)],
)
def test_nobody_else_changes_staff(rita: User, role: Role, may_look: bool) -> None:
    client = browser_of(User.objects.create_staff("tuti", PASSWORD, role))
    assert (client.get(page(rita)).status_code == 200) == may_look
    urls = [page(rita), reverse(ADD), reverse("admin:people_user_password", args=[rita.pk])]
    urls.append(reverse("admin:people_user_delete", args=[rita.pk]))
    for url in urls:
        response = client.post(url, {"role": "operator", "new_password1": NEW_PASSWORD, "post": "yes"})
        assert response.status_code == 403 or "/login/" in response.headers["Location"], url
    assert User.objects.get(username="rita").role == Role.REVIEWER


def test_nobody_is_deleted(browser: Client, rita: User) -> None:
    assert (
        browser.post(reverse("admin:people_user_delete", args=[rita.pk]), {"post": "yes"}).status_code == 403
    )


def test_a_made_up_id_is_no_error(browser: Client) -> None:
    for made_up in ["usr_nobody", "1", "usr_01h2xcejqtf2nbrexx3vqjhp41"]:
        assert browser.get(reverse("admin:people_user_change", args=[made_up])).status_code == 302
        assert browser.get(reverse("admin:people_user_password", args=[made_up])).status_code == 404
