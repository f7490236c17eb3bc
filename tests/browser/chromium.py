"""A real browser: Debian's Chromium, driven by Playwright, that notes what no page of ours may do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.server import Browser, Server

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",  # a container's root has no user namespace to give
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # what the browser itself would ask of its maker
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=20_000)  # milliseconds: two test processes and two browsers share two cores
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def executable() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "these tests need Chromium: apt-get install chromium, or CHROMIUM=/path/to/it"
    return found


@contextmanager
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What a tab did that it should not have: messages of the console, refused content, requests elsewhere."""

    host: str
    wrong: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        # A refusal is answered by 4xx, which the browser notes as if it were a failure of the page.
        refused = "Failed to load resource" in message.text and "status of 4" in message.text
        if message.type in ("error", "warning") and not refused:
            self.wrong.append(f"{message.type}: {message.text}")

    def request(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in (self.host, ""):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def follow(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self.request)


class Desk:
    """A tab in which a person of the staff is signed in."""

    def __init__(
        self,
        chromium: Chromium,
        browser: Browser,
        *,
        viewport: dict[str, int],
        language: str = "en",
        home: str = "",
        **more: Any,
    ) -> None:
        self.server: Server = browser.server
        home = home or self.server.url
        self.watch = Watch(urlsplit(home).netloc)
        self.context: BrowserContext = chromium.new_context(
            base_url=home, viewport=viewport, locale=language, **more
        )
        self.context.add_cookies(
            [
                {"name": cookie.name, "value": str(cookie.value), "url": home}
                for cookie in browser.http.cookies
            ]
        )
        self.context.on("page", self.watch.follow)
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None and answer.ok, (path, answer and answer.status, self.page.content()[:2000])
        return self.page

    def violations(self) -> list[str]:
        """What axe-core finds on the page as it stands, with the elements."""
        noted = len(self.watch.wrong)
        found = Axe().run(self.page, options=WCAG).response["violations"]
        del self.watch.wrong[noted:]  # axe itself tries to style elements, which the policy refuses
        return [
            f"{rule['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window: what a phone would have to scroll sideways."""
        wider: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider
