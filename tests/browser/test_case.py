"""The case page in Chromium: everything to decide by on one screen, whose it is, and evidence that runs nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import DESKTOP, PHONE, Desk
from tests.server import Server

pytestmark = pytest.mark.alone

OpenDesk = Callable[..., Desk]
QUEUE = "/admin/verification/application/"


def take_one(desk: Desk) -> str:
    """The address of the case that comes next, claimed."""
    page = desk.open(f"{QUEUE}?desk=unclaimed")
    with page.expect_navigation(wait_until="load"):
        page.locator("#take-next").click()
    return page.url


def test_every_decision_is_seen_without_scrolling_on_a_small_laptop(desk: OpenDesk) -> None:
    tab = desk("rudi", viewport=DESKTOP)
    take_one(tab)
    for name in ("approve", "ask", "decline", "defer", "bar", "escalate", "note"):
        box = tab.page.locator(f".offer-{name} summary").bounding_box()
        assert box is not None, name
        assert box["y"] >= 0 and box["y"] + box["height"] <= DESKTOP["height"], (name, box)


def test_on_a_phone_the_decisions_are_one_press_away(desk: OpenDesk) -> None:
    tab = desk("rudi", viewport=PHONE)
    take_one(tab)
    assert tab.overflow() <= 0
    button = tab.page.locator("a.to-decide")
    box = button.bounding_box()
    assert box is not None and box["y"] + box["height"] <= PHONE["height"]
    button.click()
    expect(tab.page.locator(".offer-approve summary")).to_be_in_viewport()


def test_who_has_the_case_is_seen_while_the_page_is_open(desk: OpenDesk, registry: Server) -> None:
    mine = desk("rudi")
    address = take_one(mine)
    expect(mine.page.locator("#live-left")).to_have_text(re.compile("30 min"))
    other = desk("rita").open(address)
    expect(other.locator("#live-said")).to_contain_text("rudi")

    with mine.page.expect_navigation(wait_until="load"):
        mine.page.locator("#release-form button").click()

    # It asks every quarter of a minute, and when somebody comes back to its tab.
    expect(other.locator("#live-moved")).to_be_visible(timeout=20_000)
    expect(other.locator("#live-heard")).to_contain_text(re.compile("."))


def test_evidence_is_shown_in_a_frame_that_may_run_nothing(desk: OpenDesk) -> None:
    tab = desk("rudi")
    address = take_one(tab)
    frames = tab.page.locator("iframe")
    assert frames.count() >= 1
    for frame in frames.all():
        assert frame.get_attribute("sandbox") in ("", "allow-same-origin")
        assert frame.get_attribute("title")
    viewer = re.sub(r"change/.*$", "", address)
    policies = tab.page.evaluate(
        "async address => { const answer = await fetch(address);"
        " return [answer.headers.get('content-security-policy'), answer.headers.get('x-content-type-options')]; }",
        frames.first.get_attribute("src"),
    )
    assert viewer and "default-src 'none'" in policies[0] and "sandbox" in policies[0]
    assert "script-src" not in policies[0] and policies[1] == "nosniff"
    tab.page.locator("a[target=evidence-viewer]", has_text="toko.jpg").click()
    image = tab.page.frame_locator("iframe.viewer").locator('img[alt*="toko.jpg"]')
    assert image.evaluate(
        "image => image.complete && image.naturalWidth > 0 || image.decode().then(() => true)"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_mode_is_as_readable(scheme: str, desk: OpenDesk) -> None:
    tab = desk("rudi", color_scheme=scheme)
    take_one(tab)
    assert tab.violations() == []
    with tab.page.expect_navigation(wait_until="load"):
        tab.page.locator("#release-form button").click()
