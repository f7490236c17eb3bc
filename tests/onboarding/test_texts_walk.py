"""Every page of owners and of the public, in a language in which all that can be translated stands in «guillemets».

What a page shows outside of them is data (a name, a number, an id, what somebody typed), or was forgotten.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.badges import services as badges
from accounts.onboarding.applying.form_of_questions import BY_SLUG
from accounts.people.models import User
from accounts.sentences import SENTENCES
from accounts.verification import services as verification
from tests.factories import badge_of, decline_now, make_account, make_claimed, make_submitted
from tests.onboarding.addresses import EVERYBODY, PAGES, Things, address_of
from tests.onboarding.signing import ask, give, sent_code
from tests.owners import owner_browser
from tests.pilot.invited import invited
from tests.third_language import CODE, install, write_catalogue

READ_OUT = ("title", "aria-label", "alt", "placeholder", "aria-description")
SILENT = {"script", "style", "code", "textarea", "svg"}
# Where a sentence ends, whatever was left open.
BLOCKS = {
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "td",
    "th",
    "dt",
    "dd",
    "div",
    "section",
    "label",
    "legend",
    "button",
    "title",
}
VOID = {"input", "br", "img", "meta", "link", "hr", "source", "wbr"}
WORD = re.compile(r"[^\W\d_]{2,}")
# Data, wherever it comes from: ids, addresses, references, a country's code by itself, a time with its zone.
SHAPES = re.compile(
    r"[a-z]{3}_[0-9a-z]{26}|https?://\S+|\S+@\S+\.\w+|[\w.-]+\.example|[A-Z0-9]{4}(-[A-Z0-9]{4})+|^[A-Z]{2}$"
    r"|(?<=\d\d:\d\d )[A-Z]{3,4}"
)


class Outside(HTMLParser):
    """What of a page stands outside of guillemets, text by text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0  # of guillemets; a sentence may go on inside of an element
        self._silent: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCKS:
            self._depth = 0
        if not self._silent:
            self.found += [rest for name in READ_OUT if (rest := outside(given.get(name) or "", 0)[0])]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.found += [outside(given.get("value") or "", 0)[0]]
        elsewhere = given.get("lang") not in (None, CODE) or given.get("translate") == "no"
        if tag not in VOID and (self._silent or tag in SILENT or elsewhere):
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()
        if tag in BLOCKS:
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            rest, self._depth = outside(data, self._depth)
            self.found.append(rest)


def outside(text: str, depth: int) -> tuple[str, int]:
    rest = []
    for character in text:
        depth += character == "«"
        if not depth:
            rest.append(character)
        depth -= character == "»" and depth > 0
    return " ".join("".join(rest).split()), depth


def data() -> list[str]:
    """What people typed, as the rows have it; never what a column's list of choices says. The longest first."""
    held: set[str] = {configured.REGISTRY_NAME, *SENTENCES}  # codes are for programs
    for model in apps.get_models():
        if not model.__module__.startswith("accounts.") or model._meta.app_label in ("audit", "outbox"):
            continue
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        for row in model._default_manager.values_list(*columns) if columns else ():
            held |= {str(value) for value in row if value}
    return sorted((value for value in held if WORD.search(value)), key=len, reverse=True)


def forgotten(html: str, known: list[str]) -> list[str]:
    found = []
    for text in Outside(html).found:
        rest = SHAPES.sub("", text)
        for value in known:
            rest = rest.replace(value, "")
        if WORD.search(rest):
            found.append(text)
    return found


@pytest.fixture
def adas(ada: User) -> Things:
    """All of them from the start: what is sent here is taken back again, and would take them along."""
    things = Things(ada)
    for page in PAGES.values():
        if page.about:
            assert things[page.about]
    return things


@pytest.fixture
def third(settings: Any, tmp_path: Path) -> Iterator[None]:
    write_catalogue(tmp_path / "locale")
    install(settings, tmp_path / "locale")
    with translation.override(None):
        yield


def is_page(answer: Any) -> bool:
    return str(answer.headers.get("Content-Type", "")).startswith("text/html") and bool(answer.content)


def check(answers: dict[str, Any], *, at_least: int) -> None:
    known = data()
    pages = {name: answer.content.decode() for name, answer in answers.items() if is_page(answer)}
    assert len(pages) >= at_least, sorted(pages)
    assert [name for name, page in pages.items() if "<html" in page and "«" not in page] == []
    wrong = [f"{name}: {text}" for name, page in pages.items() for text in forgotten(page, known)]
    assert not wrong, "\n".join(wrong)


def visitor() -> Client:
    return Client(headers={"Accept": "text/html", "Accept-Language": CODE})


def test_the_walker_finds_what_was_forgotten() -> None:
    html = (
        '<title>«A» – «B»</title><h1>Forgotten</h1><p>«One <b>two</b> three» 12 €</p><p title="Tip">«x «y» z» rest</p>'
        '<button lang="id">Bahasa Indonesia</button><p>«unbalanced</p><p>Ada <code>c</code></p><img alt="Photo">'
    )
    assert forgotten(html, ["Ada"]) == ["Forgotten", "Tip", "rest", "Photo"]


@pytest.mark.django_db
def test_every_page_of_an_owner(third: None, adas: Things, ada: User) -> None:
    browser = owner_browser(ada, language=CODE)
    addresses = {name: address_of(name, page, adas) for name, page in PAGES.items() if page.look is not None}
    addresses |= {f"question {slug}": reverse("question", args=[adas["draft"].pk, slug]) for slug in BY_SLUG}
    check({name: browser.get(address) for name, address in addresses.items()}, at_least=30)


@pytest.mark.django_db
def test_every_refusal_of_what_an_owner_sends(third: None, adas: Things, ada: User) -> None:
    """An empty form, and what comes of it: the page of the form again, or the next one with its message."""
    browser = owner_browser(ada, language=CODE)
    answers = {}
    for name, page in PAGES.items():
        if page.change is None or name == "owner_sign_out":
            continue
        with transaction.atomic():
            answers[f"POST {name}"] = browser.post(address_of(name, page, adas), {}, follow=True)
            transaction.set_rollback(True)
    check(answers, at_least=20)


@pytest.mark.django_db
def test_every_page_for_everybody(third: None, adas: Things) -> None:
    browser = visitor()
    addresses = {name: address_of(name, page, adas) for name, page in PAGES.items() if page.look == EVERYBODY}
    addresses |= {name: reverse(name) for name in ("home", "problems")}
    addresses |= {"a problem": reverse("problem", args=["throttled"]), "nothing": "/no/such/page/"}
    check({name: browser.get(address) for name, address in addresses.items()}, at_least=8)


@pytest.mark.django_db
def test_an_application_in_each_state(
    third: None,
    adas: Things,
    ada: User,
    rita: User,
    no_undo_window: None,
) -> None:
    business = adas["business"]
    asked = make_claimed(rita, make_account(business))
    verification.ask(asked, field="about", text="?", by=rita)
    withdrawn = verification.withdraw(make_submitted(make_account(business)), by=ada)
    declined = decline_now(make_submitted(make_account(business)))
    badges.suspend(badge_of(adas["approved"]), reason="spam", by=rita)
    browser = owner_browser(ada, language=CODE)
    answers = {"my": browser.get(reverse("my"))}
    for state, application in {"asked": asked, "declined": declined, "withdrawn": withdrawn}.items():
        things = {**adas, "submitted": application}
        for name in ("application_status", "answer_question", "contest_decision"):
            answers[f"{name} {state}"] = browser.get(address_of(name, PAGES[name], things))
    answers["suspended"] = browser.get(reverse("my_account", args=[adas["approved"].pk]))
    check(answers, at_least=5)


@pytest.mark.django_db
def test_the_way_in(third: None, ada: User) -> None:
    """An invitation, the code that goes out and is mistyped, what one agrees to, and what is there to begin with."""
    _, token = invited()
    browser = visitor()
    answers = {"invitation": browser.get(reverse("invitation", args=[token]))}
    answers["no contact"] = ask(browser, "not a contact")
    ask(browser, str(ada.email))
    answers["code"] = browser.get(reverse("owner_code"))
    answers["wrong code"] = give(browser, "000000" if sent_code() != "000000" else "111111")
    answers["no code"] = give(browser, "12")
    answers["agreeing"] = browser.post(reverse("owner_code"), {"code": sent_code()}, follow=True)
    signed = owner_browser(ada, language=CODE)
    for name in ("my", "waiting", "kept_invitation", "devices"):
        answers[name] = signed.get(reverse(name), follow=True)
    check(answers, at_least=8)
