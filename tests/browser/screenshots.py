"""`python -m tests.browser.screenshots`: draws the pictures of docs/ anew, from a registry of its own."""

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.browser.chromium import DESKTOP, PHONE, Desk, chromium
from tests.browser.conftest import make_cases
from tests.browser.owner import Owner, invite, walk
from tests.browser.status_pages import by_a_static_server
from tests.server import ROOT, Browser, Server, running

WORKBENCH, ONBOARDING, STATUS = (ROOT / "docs" / name for name in ("workbench", "onboarding", "status"))
QUEUE = "/admin/verification/application/"


def shoot(page: Page, path: Path) -> None:
    """A small palette is enough for text and boxes, and keeps the repository small."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(64).save(path, optimize=True)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), UNDO_WINDOW="2") as server,
        chromium() as browser,
    ):
        onboarding(server, browser, Path(folder))
        workbench(server, browser)
        status(browser, Path(folder) / "status-pages", server.env)


def onboarding(server: Server, browser: Chromium, folder: Path) -> None:
    """Each page of the way from the invitation to the badge, in Indonesian."""
    ONBOARDING.mkdir(exist_ok=True)
    for old in ONBOARDING.glob("*.png"):
        old.unlink()
    contact = "tutik@warung.example"
    invite(server, folder / "invited", contact)
    owner = Owner(
        server,
        browser,
        folder / "pictures",
        script=True,
        contact=contact,
        number="0812 9000 0101",
        shot=lambda page, name: shoot(page, ONBOARDING / f"{name}.png"),
    )
    walk(owner, Browser(server).sign_in("rita", server.password_of("rita")))
    owner.context.close()


def workbench(server: Server, browser: Chromium) -> None:
    """Queue, case and figures, in both sizes and both languages."""
    WORKBENCH.mkdir(exist_ok=True)
    make_cases(server, 20)
    rudi = Browser(server).sign_in("rudi", server.password_of("rudi"))
    for viewport, width in ((DESKTOP, "1366"), (PHONE, "390")):
        for language, ending in (("en", ""), ("id", "-id")):
            server.rows("UPDATE people_user SET language = %s WHERE username = 'rudi'", language)
            desk = Desk(browser, rudi, viewport=viewport, language=language)
            page = desk.open(f"{QUEUE}?desk=decide")
            shoot(desk.page, WORKBENCH / f"queue-{width}{ending}.png")
            page.locator(".case-link", has_text=re.compile("M.ndiri")).first.click()
            page.wait_for_load_state("load")
            if page.locator("#claim-form button").count():
                with page.expect_navigation(wait_until="load"):
                    page.locator("#claim-form button").click()
            page.wait_for_timeout(1_000)  # the viewer's picture
            shoot(desk.page, WORKBENCH / f"case-{width}{ending}.png")
            desk.open("/admin/verification/qualitycheck/figures/")
            shoot(desk.page, WORKBENCH / f"figures-{width}{ending}.png")
            desk.context.close()


def status(browser: Chromium, folder: Path, env: dict[str, str]) -> None:
    """The official page during an outage and after it, as the folder is on any static server. Its script would say, and
    rightly, that what was drawn for the tests is old.
    """
    STATUS.mkdir(exist_ok=True)
    draw = [sys.executable, "-m", "tests.browser.status_cases", str(folder)]
    subprocess.run(draw, cwd=ROOT, env=env, timeout=120, check=True)
    with by_a_static_server(folder) as url:
        for viewport, width in ((DESKTOP, "1366"), (PHONE, "390")):
            for language, ending, scheme in (("en", "", "light"), ("id", "-id", "dark")):
                context = browser.new_context(
                    viewport=viewport, color_scheme=scheme, java_script_enabled=False
                )
                page = context.new_page()
                for story in ("an-outage-goes-on", "all-well", "maintenance"):
                    page.goto(f"{url}/{story}/{language}/")
                    shoot(page, STATUS / f"{story}-{width}{ending}.png")
                context.close()


if __name__ == "__main__":
    main()
