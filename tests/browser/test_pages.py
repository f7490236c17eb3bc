"""Every page of the staff, in Chromium: axe-core finds nothing, nothing breaks the CSP, nothing is asked elsewhere."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from accounts import ids
from tests.browser.chromium import DESKTOP, PHONE, Desk
from tests.server import Server

OpenDesk = Callable[..., Desk]
QUEUE = "/admin/verification/application/"
# No pages: files to keep, and the viewer, in which no script runs, axe's neither: it has a test of its own.
FILES = {
    "verification_application_evidence",
    "verification_application_viewer",
    "verification_application_page",
    "verification_qualitycheck_decisions",
    "verification_qualitycheck_aggregates",
}
DESKS = ("decide", "mine", "second", "deferred", "ended", "all")


def links(desk: Desk) -> list[str]:
    """Addresses of the staff's pages that the present one leads to."""
    found = desk.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    here = desk.page.url
    return [urlsplit(urljoin(here, href))._replace(fragment="").geturl() for href in found]


def name_of(address: str) -> str:
    """The name of the page's address, whatever row it shows; empty for what is no page of the staff."""
    path = urlsplit(address).path
    try:
        return (resolve(path).url_name or "") if path.startswith("/admin/") else ""
    except Resolver404:
        return ""


def walk(desk: Desk) -> dict[str, str]:
    """Opens, from the first page on, one page of each name; answers with what is wrong on which."""
    waiting, seen, wrong = ["/admin/"], set[str](), dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        # The history of every row is the journal, which has been seen.
        if name in seen or name in FILES or name == "logout" or name.endswith("_history") or not name:
            continue
        seen.add(name)
        desk.open(address)
        if violations := desk.violations():
            wrong[address] = "\n  ".join(violations)
        if desk.watch.wrong:
            wrong[f"{address} did"] = "\n  ".join(desk.watch.wrong)
            desk.watch.wrong.clear()
        waiting += links(desk)
    assert len(seen) > 25, seen
    return wrong


def told(wrong: dict[str, str]) -> str:
    return "\n".join(f"{address}\n  {what}" for address, what in wrong.items())


@pytest.mark.parametrize("username", ["rudi", "olga"])
def test_nothing_is_wrong_on_any_page_of_the_staff(username: str, desk: OpenDesk) -> None:
    wrong = walk(desk(username))
    assert not wrong, told(wrong)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_is_wrong_on_the_pages_of_a_working_day(
    viewport: dict[str, int], desk: OpenDesk, registry: Server
) -> None:
    """In Indonesian, and as wide as the window: nobody scrolls sideways, on a phone neither."""
    tab = desk("rita", viewport=viewport, language="id")
    ((case,),) = registry.rows(
        "SELECT id FROM verification_application WHERE category = 'finance' AND status = 'submitted' LIMIT 1"
    )
    wrong: dict[str, str] = {}
    for address in [
        *(f"{QUEUE}?desk={name}" for name in DESKS),
        f"{QUEUE}{ids.to_text('app', case)}/change/",
    ]:
        tab.open(address)
        problems = tab.violations()
        if (wider := tab.overflow()) > 0:
            problems.append(f"{wider} pixels wider than the window")
        if problems:
            wrong[address] = "\n  ".join(problems)
    assert not wrong, told(wrong)


def test_nothing_is_wrong_in_the_viewer_of_evidence(desk: OpenDesk, registry: Server) -> None:
    """Its own policy lets no script run: the browser leaves it aside for once, so that axe can look."""
    tab = desk("rudi", bypass_csp=True)
    ((case, file),) = registry.rows("SELECT application_id, id FROM verification_evidence LIMIT 1")
    tab.open(f"{QUEUE}{ids.to_text('app', case)}/evidence/{ids.to_text('evd', file)}/view/")
    assert tab.violations() == []
