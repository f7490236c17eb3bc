"""The desk of the status page in Chromium: from a usual text over a preview to what is published, and its end."""

from collections.abc import Callable

import pytest

from tests.browser.chromium import DESKTOP, PHONE, Desk

pytestmark = pytest.mark.alone

OpenDesk = Callable[..., Desk]
DESK = "/admin/status/incident/"
WORDS = {
    "en": ("Fill it in", "Preview", "Publish", "As published", "Back to the text"),
    "id": ("Isikan", "Pratinjau", "Terbitkan", "Seperti yang terbit", "Kembali ke teks"),
}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", WORDS)
def test_an_incident_from_a_usual_text_to_its_end(
    language: str, viewport: dict[str, int], desk: OpenDesk
) -> None:
    fill, preview, publish, as_published, back = WORDS[language]
    tab = desk("olga", viewport=viewport, language=language)
    page = tab.open(f"{DESK}add/")
    looks_right(tab)
    page.select_option("select[name=usual]", "messages_late")
    page.get_by_role("button", name=fill).click()
    assert page.input_value("[name=title_en]") == "Messages are delayed"
    page.fill("[name=body_en]", "Codes are late.\n\n<b>Nothing</b> is lost.")
    page.press("[name=title_en]", "Enter")  # sends the form to the preview, not to the usual texts
    page.locator(".publishing").wait_for()
    assert page.locator(".as-published").inner_text().count("<b>Nothing</b> is lost.") == 1
    looks_right(tab)
    page.get_by_role("button", name=back).click()
    assert page.input_value("[name=body_en]") == "Codes are late.\n\n<b>Nothing</b> is lost."
    page.get_by_role("button", name=preview).click()
    page.get_by_role("button", name=publish).click()
    page.get_by_role("heading", name=as_published).wait_for()
    looks_right(tab)
    page.select_option("select[name=stage]", "resolved")
    page.fill("[name=body_id]", "Beres.")
    page.fill("[name=body_en]", "Fixed.")
    page.get_by_role("button", name=preview).click()
    page.get_by_role("button", name=publish).click()
    page.locator("select[name=stage] option[value=postmortem]").wait_for(state="attached")
    assert page.locator("select[name=stage] option").count() == 1
    tab.open(DESK)
    looks_right(tab)
    tab.open(f"{DESK}plan/")
    looks_right(tab)


def looks_right(tab: Desk) -> None:
    assert tab.violations() == []
    assert tab.overflow() <= 0
