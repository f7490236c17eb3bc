"""Every page of the owners in Chromium, in both languages, light and dark, on a small phone.

axe-core finds nothing, nothing breaks the CSP or asks elsewhere, nothing is wider than the window, no page is heavy.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser as Chromium

from accounts.onboarding.applying.form_of_questions import BY_SLUG
from accounts.verification.evidence import LARGEST
from tests.browser.owner import Owner
from tests.browser.test_onboarding import HEAVIEST, faults_of
from tests.onboarding.addresses import PAGES, PARAMETERS
from tests.server import ROOT, Server, running

pytestmark = pytest.mark.alone

CONTACT = "ada@roti.example"
# Pictures, and what leads on at once or to nowhere.
NO_PAGES = {"evidence_picture", "photo", "badge_code", "invitation"}
WIDTH = 360  # pixels: the phones that many have
# What is tapped is as high as a thumb; but a link in a sentence, and a box whose label is tapped.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, select, textarea, summary, input:not([type=hidden])")]
  .filter(one => one.checkVisibility() && !["radio", "checkbox"].includes(one.type) && !one.matches(".skip"))
  .filter(one => ![...one.parentNode.childNodes].some(node => node.nodeType === 3 && /[^\\s·]/.test(node.data)))
  .filter(one => one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("owners")) as server:
        yield server


@pytest.fixture(scope="module")
def things(registry: Server) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.owner_cases", CONTACT],
        cwd=ROOT,
        env=registry.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made


def addresses(things: dict[str, str]) -> list[str]:
    """Of every page that can be looked at: by the table; and each question of a form, empty and filled in."""
    found = []
    for name, page in PAGES.items():
        if page.look is None or name in NO_PAGES:
            continue
        about = {PARAMETERS.get(page.about, "application_id"): things[page.about]} if page.about else {}
        found.append(reverse(name, kwargs={**about, **page.more}))
    for application in ("draft", "empty"):
        for slug in BY_SLUG:
            found.append(reverse("question", kwargs={"application_id": things[application], "slug": slug}))
    found += [reverse(name, args=[things["asked"]]) for name in ("application_status", "answer_question")]
    found += [reverse("task_list", args=[things["empty"]]), reverse("check_answers", args=[things["empty"]])]
    found.append(reverse("application_status", args=[things["renamed"]]))
    return ["/", *found, "/outbox/", f"/i/{'x' * 22}/"]


@pytest.fixture(params=["id", "en"])
def phone(
    request: pytest.FixtureRequest,
    registry: Server,
    things: dict[str, str],
    browser: Chromium,
    tmp_path: Path,
) -> Iterator[Owner]:
    owner = Owner(
        registry, browser, tmp_path, script=True, contact=CONTACT, number="", language=request.param
    )
    registry.rows("UPDATE people_user SET language = %s WHERE email = %s", request.param, CONTACT)
    registry.rows("DELETE FROM people_guesses")  # the second sign-in would wait for the first
    owner.page.set_viewport_size({"width": WIDTH, "height": 740})
    owner.page.emulate_media(color_scheme="light" if request.param == "id" else "dark")
    owner.page.goto("/sign-in/")
    owner.sign_in()
    yield owner
    owner.context.close()


def test_nothing_is_wrong_on_any_page(phone: Owner, things: dict[str, str]) -> None:
    wrong: list[str] = []

    def look(what: str) -> None:
        wrong.extend(f"{what} did: {one}" for one in phone.watch.wrong)
        phone.watch.wrong.clear()
        wrong.extend(f"{what}: {fault}" for fault in faults_of(phone.page))
        phone.watch.wrong.clear()
        wider = phone.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wider > 0:
            wrong.append(f"{what} is {wider} pixels wider than the window")
        wrong.extend(f"{what}: too small to tap: {one}" for one in phone.page.evaluate(TOO_SMALL))

    for address in addresses(things):
        answer = phone.page.goto(address, wait_until="load")
        assert answer is not None
        if answer.status not in (200, 404) or (answer.status == 404 and "/i/" not in address):
            wrong.append(f"{address} answered {answer.status}")
        look(address)
        for_an_error = phone.page.locator("main form button.primary")
        if "/questions/" in address and for_an_error.count() == 1 and things["empty"] in address:
            phone.press("main form button.primary")  # with nothing filled in
            look(f"{address} refused")
    assert not wrong, "\n".join(wrong)
    heavy = {path: bytes_ for path, bytes_ in phone.weights.items() if bytes_ > HEAVIEST}
    assert not heavy


def test_a_name_is_judged_while_it_is_typed(phone: Owner, things: dict[str, str]) -> None:
    phone.page.goto(reverse("question", kwargs={"application_id": things["draft"], "slug": "name"}))
    phone.page.locator("#id_display_name").press_sequentially(" www.melati.example")
    phone.page.locator("#judged .fault").wait_for()
    assert urlsplit(phone.page.url).path.endswith("/questions/name/")


def test_a_photo_that_is_too_large_is_made_smaller_before_it_is_sent(
    phone: Owner, things: dict[str, str]
) -> None:
    """Noise can't be packed: as it is, the server refuses it, as it does where no script runs."""
    noise = [Image.effect_noise((2400, 1800), 90) for _ in range(3)]
    path = phone.folder / "noise.png"
    Image.merge("RGB", noise).save(path)
    assert path.stat().st_size > LARGEST
    phone.page.goto(reverse("question", kwargs={"application_id": things["draft"], "slug": "photo"}))
    phone.page.locator("#id_file").set_input_files(path)
    phone.press("main form[data-shrink] button.primary")
    assert phone.page.locator("main .faults").count() == 0
    assert phone.page.locator("main img[src^='/photos/']").count() == 1


def test_with_text_twice_as_large_nobody_scrolls_sideways(phone: Owner, things: dict[str, str]) -> None:
    """On the narrowest phone, for eyes that are not young any more (WCAG 1.4.4)."""
    phone.page.set_viewport_size({"width": 320, "height": 640})
    wide: dict[str, int] = {}
    for address in addresses(things):
        phone.page.goto(address, wait_until="load")
        wide[address] = phone.page.evaluate(
            "(document.documentElement.style.fontSize = '200%',"
            " document.documentElement.scrollWidth - document.documentElement.clientWidth)"
        )
    assert not {address: pixels for address, pixels in wide.items() if pixels > 0}
