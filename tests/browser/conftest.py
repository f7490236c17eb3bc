"""One registry with realistic work, one Chromium, and a tab for whoever of the staff is asked for."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium

from tests.browser.chromium import DESKTOP, Desk, chromium
from tests.server import ROOT, Browser, Server, running

CASES = 30
TRADES = [f"{trade} %" for trade in ("Warung", "Bengkel", "Toko", "Katering", "Laundry", "Kedai")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Ends with its file: while Playwright runs, Django's ORM refuses to work in the same thread."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`make run` on a folder of its own, with a few dozen applications in the queue."""
    with running(tmp_path_factory.mktemp("workbench")) as server:
        make_cases(server, CASES)
        # Before those of the demo, whose numbers nobody has proven yet.
        server.rows("UPDATE verification_application SET risk = 9 WHERE display_name LIKE ANY(%s)", TRADES)
        yield server


def make_cases(server: Server, how_many: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.cases", str(how_many)],
        cwd=ROOT,
        env=server.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made: list[str] = json.loads(done.stdout.splitlines()[-1])
    return made


@pytest.fixture(scope="session")
def signed_in(registry: Server) -> Callable[[str], Browser]:
    """One sign-in a person for the whole run: a code of the second factor counts once."""
    people: dict[str, Browser] = {}

    def sign_in(username: str) -> Browser:
        if username not in people:
            people[username] = Browser(registry).sign_in(username, registry.password_of(username))
        return people[username]

    return sign_in


@pytest.fixture
def desk(
    registry: Server, browser: Chromium, signed_in: Callable[[str], Browser]
) -> Iterator[Callable[..., Desk]]:
    """A tab for a person of the staff. At the end of the test, none of them may have done what no page may do."""
    opened: list[Desk] = []

    def open_desk(
        username: str, *, viewport: dict[str, int] = DESKTOP, language: str = "en", **more: Any
    ) -> Desk:
        registry.rows("UPDATE people_user SET language = %s WHERE username = %s", language, username)
        opened.append(Desk(browser, signed_in(username), viewport=viewport, language=language, **more))
        return opened[-1]

    yield open_desk
    for one in opened:
        one.context.close()
    registry.rows("DELETE FROM verification_claim")  # three at most: the next test starts with none
    assert [wrong for one in opened for wrong in one.watch.wrong] == []
