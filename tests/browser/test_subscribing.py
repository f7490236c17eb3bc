"""Subscribing in Chromium: from the form to the farewell, in both languages, with and without scripts."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.browser.chromium import DESKTOP, PHONE, Watch
from tests.browser.test_onboarding import faults_of
from tests.browser.test_owner_pages import TOO_SMALL
from tests.server import Server, until

pytestmark = pytest.mark.alone

LINK = re.compile(r"/status/subscribe/confirm/[\w-]+/")


def link_in_the_mail_to(registry: Server, address: str) -> str:
    found: list[str] = []

    def has_come() -> bool:
        mails = [file.read_text() for file in (registry.var_dir / "mail").glob("*")]
        found[:] = [match[0] for mail in mails if address in mail for match in LINK.finditer(mail)]
        return bool(found)

    assert until(has_come)
    return found[0]


@pytest.mark.parametrize(
    ("language", "viewport", "scripts"), [("id", PHONE, True), ("en", DESKTOP, True), ("en", PHONE, False)]
)
def test_from_the_form_to_the_farewell(
    registry: Server, browser: Chromium, language: str, viewport: dict[str, int], scripts: bool
) -> None:
    address = f"siti.{language}.{scripts}@owner.example".lower()
    watch, faults = Watch(urlsplit(registry.url).netloc), list[str]()
    context = browser.new_context(
        base_url=registry.url, viewport=viewport, locale=language, java_script_enabled=scripts
    )
    context.on("page", watch.follow)
    page: Page = context.new_page()

    def look(name: str) -> None:
        assert page.locator("html").get_attribute("lang") == language, name
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        small = page.evaluate(TOO_SMALL)
        noted = len(watch.wrong)
        found = faults_of(page) if scripts else []
        del watch.wrong[noted:]  # axe itself tries to style elements, which the policy refuses
        faults.extend(f"{name}: {one}" for one in (*found, *small, *(["wide"] if wider > 0 else [])))

    page.goto(f"/status/subscribe/?language={language}")
    look("form")
    page.locator("main button").click()
    look("refused")
    page.locator("#id_address").fill(address)
    page.locator("main button").click()
    look("sent")
    page.goto(link_in_the_mail_to(registry, address))
    look("asked")
    page.locator("main button.primary").click()
    look("subscribed")
    count = "SELECT count(*) FROM status_subscriber WHERE address = %s"
    assert registry.rows(count, address) == [(1,)]
    page.locator('main a[href*="/stop/"]').click()
    look("may stop")
    page.locator("main button.primary").click()
    look("stopped")
    assert registry.rows(count, address) == [(0,)]
    page.goto("/status/subscribe/stop/nothing/")
    look("unknown")
    context.close()
    assert faults == [] and [one for one in watch.wrong if "422" not in one and "404" not in one] == []
