"""A reviewer's day by keyboard alone, in Chromium: keys counted, seconds measured, undo seen and used."""

import re
import statistics
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts import ids
from tests.browser.chromium import Desk
from tests.server import Server

pytestmark = pytest.mark.alone

OpenDesk = Callable[..., Desk]
QUEUE = "/admin/verification/application/"
READY_WITHIN_MS = 500
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


class Keys:
    """Fingers on a keyboard, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def tab_to(self, what: str) -> None:
        """Tab after Tab, as somebody would who has no mouse."""
        for _ in range(12):
            if self.page.evaluate("what => document.activeElement.matches(what)", what):
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {what}")

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def go(self, *keys: str) -> None:
        """Keys of which the last one leaves the page."""
        with self.page.expect_navigation(wait_until="load"):
            self.press(*keys)


def decided_by(registry: Server, username: str) -> list[tuple[str, str]]:
    """The application and the outcome of each decision that stands, oldest first."""
    rows = registry.rows(
        "SELECT application_id, outcome FROM verification_decision JOIN people_user person ON person.id = author_id"
        " WHERE username = %s AND undone_at IS NULL ORDER BY decided_at",
        username,
    )
    return [(row[0], row[1]) for row in rows]


def status_of(registry: Server, case: str) -> str:
    rows = registry.rows(
        "SELECT status FROM verification_application WHERE id = %s", ids.to_uuid("app", case)
    )
    return str(rows[0][0])


def test_five_cases_by_keyboard_alone(desk: OpenDesk, registry: Server) -> None:
    """From the queue: three approvals, a question and a decline. Two keys send an approval, a third goes on."""
    before = len(decided_by(registry, "rudi"))
    asked = registry.rows("SELECT count(*) FROM verification_question")[0][0]
    page = desk("rudi").open(f"{QUEUE}?desk=unclaimed")
    keys, ready = Keys(page), [page.evaluate(READY)]

    keys.go("t")
    for _ in range(3):
        ready.append(page.evaluate(READY))
        pressed = keys.pressed
        keys.press("a")
        expect(page.locator("#approve-form button:not([name])")).to_be_focused()
        keys.go("Tab", "Enter")  # the button beside it: and open the next
        assert keys.pressed - pressed == 3
    keys.press("i", "ArrowDown")  # the first reason, which names its field
    keys.tab_to("#ask-form textarea")
    keys.write("Foto papan nama, ya?")
    keys.tab_to("#ask-form button[name=next]")
    keys.go("Enter")
    ready.append(page.evaluate(READY))
    keys.press("d", "ArrowDown")  # the first reason
    keys.tab_to("#decline-form button:not([name])")
    keys.go("Enter")
    ready.append(page.evaluate(READY))

    assert [outcome for _, outcome in decided_by(registry, "rudi")][before:] == ["approve"] * 3 + ["decline"]
    assert registry.rows("SELECT count(*) FROM verification_question")[0][0] == asked + 1
    assert statistics.median(ready) < READY_WITHIN_MS, ready


def test_a_decision_is_seen_counting_down_and_taken_back_with_one_key(
    desk: OpenDesk, registry: Server
) -> None:
    page = desk("rudi").open(f"{QUEUE}?desk=unclaimed")
    keys = Keys(page)
    keys.go("t")
    keys.press("a")
    keys.go("Enter")
    case = page.url.rstrip("/").split("/")[-2]
    shown = page.locator("article.decision [data-undo-until]")
    first = shown.inner_text()
    assert re.search(r"\b[0-5]:\d\d\b", first)
    expect(shown).not_to_have_text(first, timeout=5_000)  # it runs

    keys.go("u")

    assert status_of(registry, case) == "submitted"


def test_the_undo_window_counts_down_in_mine_too(desk: OpenDesk, registry: Server) -> None:
    page = desk("rudi").open(f"{QUEUE}?desk=unclaimed")
    keys = Keys(page)
    keys.go("t")
    keys.press("a")
    keys.go("Enter")
    case = page.url.rstrip("/").split("/")[-2]

    page.goto(f"{QUEUE}?desk=mine")
    row = page.locator(".case-row", has=page.locator(f'a[href*="{case}"]'))
    expect(row.locator("[data-undo-until]")).to_have_text(re.compile(r"[0-5]:\d\d"))
    with page.expect_navigation(wait_until="load"):
        row.get_by_role("button").click()

    assert status_of(registry, case) == "submitted"


def test_single_keys_are_off_in_fields_with_modifiers_and_where_they_are_switched_off(desk: OpenDesk) -> None:
    page = desk("rudi").open(f"{QUEUE}?desk=unclaimed")
    keys = Keys(page)
    keys.go("t")
    approve = page.locator("details.offer-approve")

    keys.press("n")
    expect(page.locator("#note-form textarea")).to_be_focused()
    keys.write("a d i ? u")
    expect(page.locator("#note-form textarea")).to_have_value("a d i ? u")
    expect(approve).not_to_have_attribute("open", "")
    keys.press("Escape", "Control+a", "Alt+d", "Meta+i")
    assert page.locator("details.offer[open]").count() == 0

    keys.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.locator("#keys-on").uncheck()
    keys.press("Escape")
    expect(page.locator("dialog#keys")).not_to_be_visible()
    keys.press("a")
    expect(approve).not_to_have_attribute("open", "")


def test_j_and_k_go_through_the_queue_and_enter_opens(desk: OpenDesk) -> None:
    page = desk("rudi").open(f"{QUEUE}?desk=all")
    focused = "document.activeElement.getAttribute('href')"
    links = page.eval_on_selector_all(".case-row .case-link", "all => all.map(a => a.getAttribute('href'))")
    keys = Keys(page)

    keys.press("j", "j", "j", "k")

    assert page.evaluate(focused) == links[1]
    keys.go("Enter")
    assert "/change/" in page.url
