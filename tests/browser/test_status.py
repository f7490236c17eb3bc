"""The official page in Chromium (R10): both languages, both sizes, light and dark, with and without scripts.

axe-core finds nothing, nothing breaks the CSP or asks elsewhere, nothing is wider than the window, no page is heavy.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Response, expect

from registry.status import publishing
from registry.status.drawing import files
from registry.status.drawing.words import WORDS
from registry.status.picture import Picture
from tests.browser.chromium import DESKTOP, PHONE, Watch
from tests.browser.status_pages import by_a_static_server, by_the_registry
from tests.browser.test_onboarding import faults_of
from tests.browser.test_owner_pages import TOO_SMALL
from tests.registry.status import pictures

pytestmark = pytest.mark.alone

HEAVIEST = 60_000  # bytes of all that one visit loads
NARROW = {"width": 360, "height": 740}
BOTH = [
    (language, viewport, scheme)
    for language in ("id", "en")
    for viewport in (PHONE, DESKTOP)
    for scheme in ("light", "dark")
]


class Visit:
    """One tab on the page, and what it did that it should not have."""

    def __init__(self, browser: Chromium, url: str, **more: Any) -> None:
        self.watch = Watch(urlsplit(url).netloc)
        self.weights: dict[str, int] = {}
        self.context = browser.new_context(base_url=url, **more)
        self.context.on("page", self.watch.follow)
        self.page: Page = self.context.new_page()
        self.page.on("response", self._weigh)

    def _weigh(self, response: Response) -> None:
        if response.status == 200:
            self.weights[response.url] = len(response.body())

    def faults(self) -> list[str]:
        found = [f"did: {one}" for one in self.watch.wrong]
        found += faults_of(self.page)
        self.watch.wrong.clear()  # axe itself tries to style elements, which the policy refuses
        wider = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [f"{wider} pixels wider than the window"] if wider > 0 else []
        return found + [f"too small to tap: {one}" for one in self.page.evaluate(TOO_SMALL)]

    def open_all(self) -> None:
        self.page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.STATUS_DIR = tmp_path / "public"
    return Path(settings.STATUS_DIR)


@pytest.fixture
def visit(browser: Chromium, folder: Path) -> Iterator[Callable[..., Visit]]:
    """A tab on the registry's page, or on what a static server makes of the folder."""
    with ExitStack() as stack:
        ours = stack.enter_context(by_the_registry(WSGIHandler()))

        def open_tab(picture: Picture, *, elsewhere: bool = False, ago: float = 5, **more: Any) -> Visit:
            draw(folder, picture, ago=ago)
            url = f"{ours}/status/"
            if elsewhere:
                url = f"{stack.enter_context(by_a_static_server(folder.parent))}/{folder.name}/"
            tab = Visit(browser, url, **more)
            stack.callback(tab.context.close)
            return tab

        yield open_tab


def draw(folder: Path, picture: Picture, *, ago: float) -> None:
    """`ago`: seconds."""
    moved = pictures.moved(picture, datetime.now(UTC) - timedelta(seconds=ago))
    publishing.write(files(moved), folder)


@pytest.mark.parametrize(("language", "viewport", "scheme"), BOTH)
def test_nothing_is_wrong_in_either_language_size_and_light(
    visit: Callable[..., Visit], language: str, viewport: dict[str, int], scheme: str
) -> None:
    tab = visit(pictures.OUTAGE, viewport=viewport, color_scheme=scheme)
    tab.page.goto(f"{language}/", wait_until="networkidle")
    tab.open_all()
    assert tab.faults() == []
    assert sum(tab.weights.values()) < HEAVIEST, tab.weights


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_nothing_is_wrong_whatever_there_is_to_tell(visit: Callable[..., Visit], name: str) -> None:
    tab = visit(pictures.PICTURES[name], viewport=NARROW)
    tab.page.goto("en/", wait_until="networkidle")
    assert tab.faults() == []
    assert sum(tab.weights.values()) < HEAVIEST


def test_without_scripts_it_says_the_same_and_loads_less(visit: Callable[..., Visit]) -> None:
    tab = visit(pictures.OUTAGE, viewport=PHONE, java_script_enabled=False)
    tab.page.goto("en/")
    expect(tab.page.get_by_text("Partial System Outage")).to_be_visible()
    expect(tab.page.get_by_text(WORDS["late_title"].en)).to_be_hidden()
    tab.page.get_by_text("Each day in numbers").first.click()
    expect(tab.page.get_by_role("cell", name="99.89%")).to_be_visible()
    assert tab.watch.wrong == []


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_language_and_all_files_are_found_on_any_server(
    visit: Callable[..., Visit], elsewhere: bool
) -> None:
    tab = visit(pictures.ALL_WELL, elsewhere=elsewhere, viewport=DESKTOP, locale="id-ID")
    tab.page.goto("")
    expect(tab.page.get_by_text("Semua berfungsi")).to_be_visible()
    tab.page.get_by_role("link", name="English").click()
    expect(tab.page.get_by_text("All Systems Operational")).to_be_visible()
    for name in ("Atom feed", "Status as JSON", "Badge to embed"):
        link = tab.page.get_by_role("link", name=name).get_attribute("href")
        answer = tab.page.request.get(f"{tab.page.url}{link}")
        assert answer.ok and answer.body()
    assert tab.watch.wrong == []


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_page_that_got_old_says_so_by_itself_wherever_it_is_served(
    visit: Callable[..., Visit], elsewhere: bool
) -> None:
    tab = visit(pictures.ALL_WELL, elsewhere=elsewhere, ago=200, viewport=PHONE)
    tab.page.goto("en/", wait_until="networkidle")
    expect(tab.page.get_by_text(WORDS["late_title"].en)).to_be_visible()
    expect(tab.page.get_by_text("All Systems Operational")).to_be_hidden()
    expect(tab.page.locator(".status:visible").first).to_have_text("No data")
    assert tab.faults() == []


def test_a_page_left_open_notices_what_happens_to_the_registry(
    visit: Callable[..., Visit], folder: Path
) -> None:
    """New rounds; then none any more, or nobody who answers: by the browser's clock, moved on."""
    tab = visit(pictures.ALL_WELL, viewport=PHONE)
    tab.page.clock.install(time=datetime.now(UTC))
    tab.page.goto("en/", wait_until="networkidle")
    expect(tab.page.locator("#newer")).to_be_hidden()
    draw(folder, pictures.OUTAGE, ago=0)
    tab.page.clock.run_for(31_000)
    expect(tab.page.locator("#newer")).to_be_visible()
    tab.page.locator("#newer a").click()
    expect(tab.page.get_by_text("Partial System Outage")).to_be_visible()
    expect(tab.page.locator("#newer")).to_be_hidden()
    tab.context.set_offline(True)
    tab.page.clock.run_for(151_000)
    expect(tab.page.get_by_text(WORDS["late_title"].en)).to_be_visible()
    expect(tab.page.get_by_text("Partial System Outage")).to_be_hidden()


def test_a_reader_whose_clock_is_wrong_is_told_by_the_servers(visit: Callable[..., Visit]) -> None:
    tab = visit(pictures.ALL_WELL, viewport=PHONE)
    tab.page.clock.install(time=datetime.now(UTC) + timedelta(days=2))
    tab.page.goto("en/", wait_until="networkidle")
    expect(tab.page.get_by_text("All Systems Operational")).to_be_visible()


def test_a_bar_under_the_pointer_says_its_day(visit: Callable[..., Visit]) -> None:
    tab = visit(pictures.OUTAGE, viewport=DESKTOP)
    tab.page.goto("en/")
    bars = tab.page.locator(".bars").first
    rows = tab.page.locator("tbody").first.locator("tr")
    box = bars.bounding_box()
    assert box is not None
    for ago in (0, 8, 45, 89):
        bars.hover(position={"x": box["width"] * (89.5 - ago) / 90, "y": 20})
        date = rows.nth(ago).locator("th").text_content()
        assert date is not None
        expect(tab.page.locator("output").first).to_contain_text(date.strip())
    tab.page.mouse.move(0, 0)
    expect(tab.page.locator("output").first).to_be_hidden()
    assert tab.watch.wrong == []


def test_with_text_twice_as_large_nobody_scrolls_sideways(visit: Callable[..., Visit]) -> None:
    tab = visit(pictures.LONG, viewport=NARROW)
    tab.page.goto("id/")
    tab.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert (
        tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    )
