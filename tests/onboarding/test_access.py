"""Who may open what: every line of the table in `addresses`, and the test that fails where a line is missing.

Ada owns the business; Mallory owns another one; Vera may only look, Mark may change. What is Ada's is nobody else's:
her addresses answer Mallory as they answer for what does not exist.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts import ids
from accounts.businesses.models import Business, MemberRole, Membership
from accounts.onboarding.pages import OwnerPage
from accounts.people.models import User
from accounts.verification.models import Application
from tests.factories import make_business, make_owner
from tests.onboarding.addresses import EVERYBODY, PAGES, Things, address_of, addresses
from tests.owners import owner_browser

LOOK, CHANGE = "look", "change"


@pytest.fixture
def adas(ada: User) -> Things:
    return Things(ada)


def foreign(things: Things) -> dict[str, Any]:
    """The same kinds of things as were asked for, none of which exists."""
    return {name: type(thing)(pk=ids.new_id(thing.pk.partition("_")[0])) for name, thing in things.items()}


def member(business: Business, role: MemberRole) -> User:
    person = make_owner(role.title(), f"{role}@owner.example")
    Membership.objects.create(business=business, person=person, role=role)
    return person


def ask(browser: Client, method: str, address: str) -> Any:
    return browser.get(address) if method == LOOK else browser.post(address, {})


def test_every_address_has_its_line() -> None:
    assert {str(pattern.name) for pattern in addresses()} == set(PAGES)


def test_every_page_of_owners_says_who_may_open_it() -> None:
    """A view that is not an `OwnerPage` has to be for everybody, and say so in the table."""
    for pattern in addresses():
        view = getattr(pattern.callback, "view_class", None)
        is_ours = isinstance(view, type) and issubclass(view, OwnerPage)
        assert is_ours != PAGES[str(pattern.name)].for_everybody, pattern.name


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", [LOOK, CHANGE])
def test_what_is_adas_is_nobody_elses(name: str, method: str, adas: Things, mallory: User) -> None:
    page = PAGES[name]
    if not page.about or page.for_everybody:
        return
    make_business(mallory)
    browser = owner_browser(mallory)
    hers = ask(browser, method, address_of(name, page, adas))
    unknown = ask(browser, method, address_of(name, page, foreign(adas)))
    wanted = 405 if (page.look if method == LOOK else page.change) is None else 404
    assert (hers.status_code, unknown.status_code) == (wanted, wanted) or hers.status_code == 404
    assert hers.content == unknown.content


@pytest.mark.parametrize("name", PAGES)
def test_nobody_without_signing_in(name: str, adas: Things) -> None:
    page = PAGES[name]
    if page.for_everybody:
        return
    for method, who in ((LOOK, page.look), (CHANGE, page.change)):
        if who is not None:
            answer = ask(Client(headers={"Accept": "text/html"}), method, address_of(name, page, adas))
            assert answer.status_code == 302 and answer["Location"].startswith(reverse("owner_sign_in"))
            back = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
            assert back == (address_of(name, page, adas) if page.look is not None else reverse("my"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", list(MemberRole))
def test_roles(name: str, role: MemberRole, adas: Things) -> None:
    page = PAGES[name]
    if not page.about:
        return
    browser = owner_browser(member(adas["business"], role))
    for method, who in ((LOOK, page.look), (CHANGE, page.change)):
        if isinstance(who, MemberRole):
            status = ask(browser, method, address_of(name, page, adas)).status_code
            assert (status == 403) != role.covers(who), (method, status)


@pytest.mark.parametrize("name", PAGES)
def test_an_owner_is_not_staff_nor_the_other_way_round(name: str, adas: Things, rita: User) -> None:
    page = PAGES[name]
    if page.look in (EVERYBODY, None):
        return
    browser = Client(headers={"Accept": "text/html"})
    browser.force_login(rita)
    assert browser.get(address_of(name, page, adas)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_looking_changes_nothing(name: str, adas: Things, ada: User) -> None:
    page = PAGES[name]
    if page.look is None:
        return
    address = address_of(name, page, adas)
    before = list(Application.objects.order_by("pk").values()), list(Business.objects.order_by("pk").values())
    answer = owner_browser(ada).get(address)
    there = (404,) if name == "invitation" else (200, 302)  # a link that leads nowhere
    assert answer.status_code in there, answer.content[:500]
    after = list(Application.objects.order_by("pk").values()), list(Business.objects.order_by("pk").values())
    assert before == after
