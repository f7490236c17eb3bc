"""From the invitation to the badge on a phone: with scripts off, and with scripts on.

The way is walked in Indonesian, with every page's weight, requests and console watched; a reviewer asks one question.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.browser.chromium import WCAG
from tests.browser.owner import NAME, Owner, invite, walk
from tests.server import Browser, Server, running

pytestmark = pytest.mark.alone

HEAVIEST = 50_000  # bytes of a page without its pictures
MOST_PAGES, MOST_FIELDS = 28, 18  # until it is sent; with the answer to the question
UNDO_WINDOW = 2  # seconds


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("onboarding"), UNDO_WINDOW=str(UNDO_WINDOW)) as server:
        yield server


@pytest.fixture(scope="module")
def rita(registry: Server) -> Browser:
    return Browser(registry).sign_in("rita", registry.password_of("rita"))


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(
    ("script", "contact", "number"),
    [
        (False, "tutik@warung.example", "0812 9000 0100"),
        (True, "0812 9000 0301", "0812-9000-0101"),
    ],
    ids=["without scripts", "with scripts"],
)
def test_from_the_invitation_to_the_badge(
    registry: Server,
    browser: Chromium,
    rita: Browser,
    tmp_path: Path,
    script: bool,
    contact: str,
    number: str,
) -> None:
    invite(registry, tmp_path, contact)
    found: list[str] = []

    def look(page: Page, name: str) -> None:
        """axe needs scripts; the way without them is the same pages."""
        if script:
            noted = len(owner.watch.wrong)
            found.extend(f"{name}: {fault}" for fault in faults_of(page))
            del owner.watch.wrong[noted:]
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, name

    owner = Owner(registry, browser, tmp_path, script=script, contact=contact, number=number, shot=look)
    started = time.monotonic()
    href = walk(owner, rita)
    seconds = time.monotonic() - started
    assert owner.page.locator("h1").inner_text() == NAME
    assert "12 9000" in owner.page.locator("main").inner_text().replace("-", " ")
    sent = owner.pages.index(next(path for path in owner.pages if path.endswith("/sent/")))
    pages = owner.pages[: sent + 1]
    heaviest = max(owner.weights.values())
    print(
        f"{len(pages)} pages, {owner.fields} fields, {seconds:.0f} seconds, heaviest {heaviest} bytes: {pages}"
    )
    assert found == []
    assert owner.watch.wrong == []
    assert len(pages) <= MOST_PAGES and owner.fields <= MOST_FIELDS, pages
    assert max(owner.weights.values()) < HEAVIEST, owner.weights
    anybody = Browser(registry).open(href)
    assert NAME in anybody and "9000 0100" not in re.sub(r"\D", "", contact)
    assert contact not in anybody and urlsplit(href).path == href
    owner.context.close()
