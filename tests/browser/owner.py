"""Bu Siti's phone: a small window in which she goes from her invitation to a badge, with scripts or without."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, ImageDraw
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.browser.chromium import PHONE, Watch
from tests.server import Browser, Server, until, words_of

QUEUE = "/admin/verification/application/"
COHORT = "Pasar Senen"
NAME = "Warung Bu Tutik"
QUESTION = re.compile(r"/questions/([a-z-]+)/$")
CODE = re.compile(r"\b\d{6}\b")
Shot = Callable[[Page, str], None]


def invite(server: Server, folder: Path, contact: str) -> None:
    """An operator's list of one, to a cohort that is closed to everybody else."""
    rows = server.rows("SELECT 1 FROM pilot_cohort WHERE name = %s", COHORT)
    if not rows:
        server.manage(
            "shell",
            "-c",
            "from accounts.pilot import services as pilot; from accounts.audit import journal as audit; "
            f"pilot.open_cohort({COHORT!r}, country='ID', capacity=50, by=audit.SYSTEM)",
        )
    folder.mkdir(exist_ok=True)
    path = folder / "invited.csv"
    path.write_text(f"contact,language\n{contact},id\n")
    server.manage("import_invitations", str(path), "--cohort", COHORT)


def picture(folder: Path, name: str, colour: str) -> Path:
    """A photo as a phone takes it: large, turned, and with the place where it was taken."""
    image = Image.new("RGB", (2400, 1800), colour)
    ImageDraw.Draw(image).text((200, 200), name, fill="white", font_size=200)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned
    exif.get_ifd(0x8825)[1] = "S"  # GPS
    path = folder / f"{name}.jpg"
    folder.mkdir(exist_ok=True)
    image.save(path, "JPEG", exif=exif)
    return path


class Owner:
    """Counts what the way takes: pages that came, and fields that were filled in."""

    def __init__(
        self,
        server: Server,
        chromium: Chromium,
        folder: Path,
        *,
        script: bool,
        contact: str,
        number: str,
        language: str = "id",
        shot: Shot = lambda page, name: None,
    ) -> None:
        self.server, self.folder, self.contact, self.number = server, folder, contact, number
        self.shot = shot
        self.watch = Watch(urlsplit(server.url).netloc)
        self.context = chromium.new_context(
            base_url=server.url, viewport=PHONE, locale=language, java_script_enabled=script, has_touch=True
        )
        self.context.on("page", self.watch.follow)
        self.page = self.context.new_page()
        self.pages: list[str] = []
        self.weights: dict[str, int] = {}
        self.parts: dict[str, int] = {}
        self.fields = 0
        self.page.on("response", self._weigh)
        self.page.on("framenavigated", lambda frame: self.pages.append(urlsplit(frame.url).path))

    def _weigh(self, response: Any) -> None:
        """Bytes of each page with its styles and scripts, as if nothing were kept from the page before; no pictures."""
        kind = response.request.resource_type
        if kind not in ("document", "stylesheet", "script") or response.status != 200:
            return
        if kind == "document":
            self.parts = {}
        self.parts[response.url] = len(response.body())
        self.weights[urlsplit(self.page.url).path] = sum(self.parts.values())

    # --- what a finger does ---

    def fill(self, selector: str, text: str) -> None:
        self.page.locator(selector).fill(text)
        self.fields += 1

    def choose(self, selector: str) -> None:
        self.page.locator(selector).first.check()
        self.fields += 1

    def press(self, selector: str = "main button.primary, main a.button.primary") -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(selector).first.click()

    def newest(self, contact: str, wanted: re.Pattern[str]) -> str | None:
        """What the newest message to a contact (a number as she writes it) says that has it in it."""
        if "@" not in contact:
            contact = re.sub(r"\D", "", contact).removeprefix("0")
        for section in Browser(self.server).open("/outbox/").split('<section class="sent">')[1:]:
            head, _, text = section.partition('class="text"')
            if contact in head and (match := wanted.search(re.sub(r"<[^>]+>", " ", text))):
                return match.group()
        return None

    def came(self, contact: str, wanted: re.Pattern[str], *, after: str | None = None) -> str:
        """The newest, as soon as it is another one than `after`: messages take a moment."""
        assert until(lambda: self.newest(contact, wanted) not in (None, after), 20), words_of(
            Browser(self.server).open("/outbox/")
        )[:3000]
        found = self.newest(contact, wanted)
        assert found is not None
        return found

    def enter_code(self, contact: str, asks: Callable[[], None]) -> None:
        """The code that came because `asks` was done; an older one would be refused."""
        before = self.newest(contact, CODE)
        asks()
        self.fill("#id_code", self.came(contact, CODE, after=before))

    # --- her way ---

    def open_invitation(self) -> None:
        link = self.came(self.contact, re.compile(r"http://\S+/i/\S+"))
        self.page.goto(link)
        self.shot(self.page, "01-invitation")
        self.press()

    def sign_in(self) -> None:
        self.shot(self.page, "02-sign-in")
        self.fill("#id_contact", self.contact)
        self.enter_code(self.contact, self.press)
        self.shot(self.page, "03-code")
        self.press()

    def agree(self) -> None:
        self.shot(self.page, "04-consent")
        self.choose("#id_agreed")
        self.press()

    def answer_questions(self) -> None:
        """Each page as it comes, until the form has nothing more to ask."""
        answers: dict[str, Callable[[], None]] = {
            "kind": lambda: self.choose("input[name=kind][value=sole_trader]"),
            "legal-name": lambda: self.fill("#id_legal_name", "Tutik Handayani"),
            "registration": lambda: self.choose("input[name=papers][value=no]"),
            "name": lambda: self.fill("#id_display_name", NAME),
            "number": lambda: self.fill("#id_number", self.number),
            "category": lambda: self._select("#id_category", "food"),
            "purposes": lambda: self.choose("input[name=contact_purposes][value=order_updates]"),
            "about": lambda: self.fill("#id_about", "Nasi pecel dan rawon, buka pukul 6 sampai 14."),
            "photo": lambda: self._file("photo", "darkgreen"),
            "place": lambda: self._file("place", "saddlebrown"),
            "reference": self._reference,
        }
        for _ in range(40):
            found = QUESTION.search(urlsplit(self.page.url).path)
            if found is None:
                return
            slug = found.group(1)
            act = answers.pop(slug, None)
            if act is not None:
                act()
                self.shot(self.page, f"{20 - len(answers):02}-{slug}")
                self.press("main form button.primary")
            elif self.page.locator("button[name=skip]").count():
                self.press("button[name=skip]")
            else:  # it came back after what was sent, to be looked at
                self.press()
        raise AssertionError(f"the form does not end: {self.pages}")

    def _select(self, selector: str, value: str) -> None:
        self.page.locator(selector).select_option(value)
        self.fields += 1

    def _file(self, name: str, colour: str) -> None:
        path = picture(self.folder, f"{name}-{'on' if self.number[-1] == '1' else 'off'}", colour)
        self.page.locator("input[type=file]").first.set_input_files(path)
        self.fields += 1

    def _reference(self) -> None:
        self.fill("#id_name", "Pak Budi, agen gas")
        self.fill("#id_contact", "0812 5555 0199")
        self.fill("#id_relation", "Mengantar gas setiap minggu sejak 2019")

    def prove_number(self) -> None:
        self.shot(self.page, "30-number")
        self.enter_code(self.number, lambda: self.press("main button[name=sms]"))
        self.shot(self.page, "31-number-code")
        self.press("main form button.primary")
        self.shot(self.page, "32-number-proven")

    def send(self) -> str:
        """The reference that she is told."""
        self.shot(self.page, "33-check")
        self.press("main form button.primary")
        self.shot(self.page, "34-sent")
        return str(self.page.locator("main .big").first.inner_text())


def walk(owner: Owner, rita: Browser) -> str:
    """All of it, with a reviewer who asks one question and approves; the address of the public page."""
    owner.open_invitation()
    owner.sign_in()
    owner.agree()
    if "/i/" in owner.page.url:
        owner.press()
    if owner.page.url.endswith("/start/"):
        owner.shot(owner.page, "05-start")
        owner.press()
    owner.shot(owner.page, "06-first")
    if "/tasks/" in owner.page.url:
        owner.press()
    owner.answer_questions()
    if "/tasks/" in owner.page.url:
        owner.shot(owner.page, "29-tasks")
        owner.press()
    if "/number/" in owner.page.url:
        owner.prove_number()
        owner.press()
    if "/tasks/" in owner.page.url:
        owner.press()
    assert "/check/" in owner.page.url, owner.page.url
    reference = owner.send()
    case = case_of(rita, reference)

    rita.do(case, "claim")
    rita.do(case, "ask", field="about", text="Sejak kapan warung ini ada?")
    owner.press()
    owner.shot(owner.page, "40-question")
    owner.press()
    owner.fill("#id_text", "Sejak tahun 2012, di Pasar Senen blok C.")
    owner.shot(owner.page, "41-answer")
    owner.press("main form button.primary")
    owner.shot(owner.page, "42-waiting")
    status = owner.page.url

    rita.do(case, "claim")
    rita.do(case, "approve", tier="verified")

    def approved() -> bool:
        owner.page.goto(status)
        return owner.page.locator("main a.button.primary[href*='/accounts/']").count() > 0

    assert until(approved, 30), owner.page.content()
    owner.shot(owner.page, "50-approved")
    owner.press()
    owner.shot(owner.page, "51-badge")
    href = owner.page.locator("main a[href^='/b/']").first.get_attribute("href")
    assert href
    owner.page.goto(href)
    owner.shot(owner.page, "52-public")
    return href


def case_of(rita: Browser, reference: str) -> str:
    """As a reviewer finds it whom the owner tells the reference on the phone."""
    found = re.search(rf"{QUEUE}app_\w+/change/", rita.open(f"{QUEUE}?desk=all&q={reference}"))
    assert found, reference
    return found.group()
