"""`python -m tests.browser.screenshots`: draws docs/workbench/ anew, from a registry of its own with made-up cases."""

import io
import re
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.chromium import DESKTOP, PHONE, Desk, chromium
from tests.browser.conftest import make_cases
from tests.server import ROOT, Browser, running

FOLDER = ROOT / "docs" / "workbench"
QUEUE = "/admin/verification/application/"


def shoot(desk: Desk, name: str) -> None:
    """A small palette is enough for text and boxes, and keeps the repository small."""
    picture = Image.open(io.BytesIO(desk.page.screenshot()))
    picture.convert("RGB").quantize(64).save(FOLDER / f"{name}.png", optimize=True)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server, chromium() as browser:
        make_cases(server, 20)
        rudi = Browser(server).sign_in("rudi", server.password_of("rudi"))
        for viewport, width in ((DESKTOP, "1366"), (PHONE, "390")):
            for language, ending in (("en", ""), ("id", "-id")):
                server.rows("UPDATE people_user SET language = %s WHERE username = 'rudi'", language)
                desk = Desk(browser, rudi, viewport=viewport, language=language)
                page = desk.open(f"{QUEUE}?desk=decide")
                shoot(desk, f"queue-{width}{ending}")
                page.locator(".case-link", has_text=re.compile("M.ndiri")).first.click()
                page.wait_for_load_state("load")
                if page.locator("#claim-form button").count():
                    with page.expect_navigation(wait_until="load"):
                        page.locator("#claim-form button").click()
                page.wait_for_timeout(1_000)  # the viewer's picture
                shoot(desk, f"case-{width}{ending}")
                desk.open("/admin/verification/qualitycheck/figures/")
                shoot(desk, f"figures-{width}{ending}")
                desk.context.close()


if __name__ == "__main__":
    main()
