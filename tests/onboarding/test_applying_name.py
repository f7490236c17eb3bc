"""The name: judged while it is typed and when it is sent, with the rule, the reason and a way out."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.names import RULES
from accounts.onboarding import judging
from accounts.verification.models import Application
from tests.factories import make_approved
from tests.onboarding.applying import page, send

pytestmark = pytest.mark.django_db


def judged(browser: Client, draft: Application, name: str) -> Any:
    return browser.post(reverse("name_judged", args=[draft.pk]), {"display_name": name})


class TestSent:
    def test_a_good_name_goes_straight_on(self, browser: Client, draft: Application) -> None:
        assert send(browser, draft, "name", display_name="  Warung Melati Jingga ")["Location"] == page(
            draft, "number"
        )
        draft.refresh_from_db()
        assert draft.display_name == "Warung Melati Jingga"

    def test_an_error_says_the_rule_and_keeps_what_was_typed(
        self, browser: Client, draft: Application
    ) -> None:
        answer = send(browser, draft, "name", display_name="www.melati.example")
        text = answer.content.decode()
        assert answer.status_code == 422
        assert RULES["name_contact_details"].sentence.en in text.replace("&#x27;", "'")
        assert 'href="#id_display_name"' in text and 'value="www.melati.example"' in text
        draft.refresh_from_db()
        assert draft.display_name == ""

    def test_a_warning_stops_nobody(self, browser: Client, draft: Application) -> None:
        answer = send(browser, draft, "name", display_name="Pak Hadi")
        draft.refresh_from_db()
        assert draft.display_name == "Pak Hadi"  # it is kept before anybody presses anything else
        text = browser.get(answer["Location"]).content.decode()
        assert "only that of a person" in text and "Use it anyway" in text and page(draft, "number") in text
        assert send(browser, draft, "name", display_name="Pak Hadi")["Location"] != answer["Location"]

    def test_the_last_page_says_it_again(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "name", display_name="Pak Hadi")
        check = browser.get(reverse("check_answers", args=[draft.pk])).content.decode()
        assert "A reviewer will look at it" in check and "only that of a person" in check

    def test_a_name_like_another_is_told_with_the_other(self, browser: Client, draft: Application) -> None:
        make_approved(display_name="Dapur Melati Jingga")
        answer = send(browser, draft, "name", display_name="Dapur Melati Jinqga")
        text = browser.get(answer["Location"]).content.decode()
        assert "Dapur Melati Jingga" in text and "exists already" in text

    @pytest.mark.parametrize(
        ("typed", "suggested"),
        [
            ("Warung Melati 🌸", "Warung Melati"),
            ("🍜🔥 Mie Ayam Pak Kumis 🔥", "Mie Ayam Pak Kumis"),
            ("WARUNG SERBA ADA SEKALI", "Warung Serba Ada Sekali"),
            ("Toko\u200b Siluman", "Toko Siluman"),
            ("Warung   Melati", "Warung Melati"),
        ],
    )
    def test_what_is_easily_mended_is_offered_as_a_button(
        self, browser: Client, draft: Application, typed: str, suggested: str
    ) -> None:
        answer = send(browser, draft, "name", display_name=typed)
        assert answer.status_code == 422
        assert f'name="use" value="{suggested}"' in answer.content.decode()
        assert send(browser, draft, "name", display_name=typed, use=suggested).status_code == 302
        draft.refresh_from_db()
        assert draft.display_name == suggested

    @pytest.mark.parametrize("name", ["مطعم الياسمين", "和食さくら", "ร้านดอกไม้"])
    def test_a_name_in_another_script_is_a_name(self, browser: Client, draft: Application, name: str) -> None:
        assert send(browser, draft, "name", display_name=name)["Location"] == page(draft, "number")
        assert f"<bdi>{name}</bdi>" in browser.get(reverse("check_answers", args=[draft.pk])).content.decode()

    def test_emoji_alone_leave_nothing_to_offer(self, browser: Client, draft: Application) -> None:
        answer = send(browser, draft, "name", display_name="🌸🌸🌸")
        assert answer.status_code == 422 and b'name="use"' not in answer.content

    def test_markup_is_text(self, browser: Client, draft: Application) -> None:
        answer = send(browser, draft, "name", display_name="<b>Warung</b>")
        assert b"<b>Warung" not in answer.content
        assert b"<b>Warung" not in judged(browser, draft, "<b>Warung</b>").content


class TestTyped:
    def test_it_is_a_piece_of_the_page_and_keeps_nothing(self, browser: Client, draft: Application) -> None:
        text = judged(browser, draft, "Warung 🌸").content.decode()
        assert "<html" not in text and "emoji" in text
        draft.refresh_from_db()
        assert (draft.display_name, draft.revision) == ("", 1)

    def test_a_good_name_is_said_to_be_one(self, browser: Client, draft: Application) -> None:
        assert "Nothing speaks against" in judged(browser, draft, "Warung Melati Jingga").content.decode()

    def test_nothing_typed_says_nothing(self, browser: Client, draft: Application) -> None:
        assert judged(browser, draft, "  ").content.strip() == b""

    def test_a_novel_is_read_up_to_a_limit(self, browser: Client, draft: Application) -> None:
        assert judged(browser, draft, "Warung " * 20_000).status_code == 200

    def test_so_many_a_minute(self, browser: Client, draft: Application, monkeypatch: Any) -> None:
        monkeypatch.setattr("accounts.onboarding.applying.name_page.JUDGED_A_MINUTE", 2)
        assert [judged(browser, draft, "Melati").status_code for _ in range(3)] == [200, 200, 429]

    def test_it_tells_no_more_than_the_page_does(self, browser: Client, draft: Application) -> None:
        for number in range(5):
            make_approved(display_name=f"Dapur Melati Jingga {number}")
        assert (
            judged(browser, draft, "Dapur Melati Jingga 1").content.count(b"<li>") <= judging.MOST_RESEMBLED
        )


def test_each_warning_has_words_for_the_owner() -> None:
    assert set(judging.TOLD) == {code for code, rule in RULES.items() if rule.severity == "warning"}
