"""Suggesting something, and what everybody sees of it, as browsers do it."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion
from tests.owners import owner_browser
from tests.suggestions.conftest import ANSWERS, TITLES, send, triage

pytestmark = pytest.mark.usefixtures("db")
MINE, PUBLIC = "/my/suggestions/", "/suggestions/"


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return unescape(answer.content.decode())


def test_an_owner_suggests_something_and_sees_it(ada: User) -> None:
    browser = owner_browser(ada)
    answer = browser.post(MINE, {"text": "Opening hours,\r\nplease <b>!"})
    assert (answer.status_code, answer.headers["Location"]) == (302, MINE)
    suggestion = Suggestion.objects.get()
    assert (suggestion.person, suggestion.language) == (ada, "en")
    page = browser.get(MINE).content.decode()
    assert "Thank you." in page and "Opening hours,<br>please &lt;b&gt;!" in page and ">New<" in page
    assert "Thank you." not in text_of(browser.get(MINE))


def test_a_double_tap_is_one_suggestion(ada: User) -> None:
    browser = owner_browser(ada)
    for _ in range(2):
        assert browser.post(MINE, {"text": "Once"}).status_code == 302
    assert Suggestion.objects.count() == 1


def test_what_became_of_it_stands_there_in_the_readers_language(ada: User, olga: User) -> None:
    triage("decline", send(ada, "One"), by=olga)
    triage("plan", send(ada, "Two"), by=olga, **ANSWERS)
    page = text_of(owner_browser(ada, language="id").get(MINE))
    assert page.count(ANSWERS["answer_id"]) == 2 and ANSWERS["answer_en"] not in page
    assert page.index("Two") < page.index("One")
    page = text_of(owner_browser(ada).get(MINE))
    assert ANSWERS["answer_en"] in page and ">Declined<" in page and ">Planned<" in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "required"), (" \n", "required"), ("zero\u200bwidth", "can't be seen"), ("x" * 2_001, "2000")],
)
def test_a_refusal_stands_at_the_field_with_what_was_typed(ada: User, text: str, sentence: str) -> None:
    page = text_of(owner_browser(ada).post(MINE, {"text": text}), 422)
    assert sentence in page and '<a href="#id_text">' in page and text in page
    assert not Suggestion.objects.exists()


def test_after_so_many_a_day_it_is_tomorrow(ada: User) -> None:
    for n in range(suggestions.A_PERSON_A_DAY):
        send(ada, f"Number {n}")
    answer = owner_browser(ada).post(MINE, {"text": "One more"})
    assert "tomorrow" in text_of(answer, 429)
    assert int(answer.headers["Retry-After"]) > 0


def test_nobody_sees_what_another_suggested(ada: User, mallory: User) -> None:
    send(ada, "Adas own")
    assert "Adas own" not in text_of(owner_browser(mallory).get(MINE))


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_public_reads_the_staffs_words_only(language: str, ada: User, olga: User) -> None:
    triage("plan", send(ada, "Adas first words"), by=olga, **ANSWERS)
    triage("finish", send(ada, "Adas second words"), by=olga, title_en="Done thing", title_id="Hal selesai")
    triage("decline", send(ada, "Adas third words"), by=olga, answer_en="Not so", answer_id="Bukan")
    send(ada, "Adas fourth words")
    page = text_of(Client(headers={"Accept-Language": language}).get(PUBLIC))
    assert "Adas" not in page and "Not so" not in page and "Bukan," not in page
    other = "en" if language == "id" else "id"
    assert page.index(TITLES[f"title_{language}"]) < page.index(
        {"id": "Hal selesai", "en": "Done thing"}[language]
    )
    assert ANSWERS[f"answer_{language}"] in page
    assert TITLES[f"title_{other}"] not in page


def test_the_public_page_may_be_kept_for_a_minute_by_its_reader_alone() -> None:
    answer = Client().get(PUBLIC)
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert {"Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))


def test_long_lists_go_over_pages_and_queries_do_not_grow(
    ada: User, olga: User, django_assert_num_queries: Any
) -> None:
    browser = owner_browser(ada)
    for n in range(30):
        suggestion = Suggestion.objects.create(person=ada, text=f"Text {n}", day="2026-11-01")
        triage("finish" if n % 30 else "plan", suggestion, by=olga, title_en=f"Title {n:02}.")
    with django_assert_num_queries(3):  # what is planned; how many are done, and one page of them
        first = text_of(Client(headers={"Accept-Language": "en"}).get(PUBLIC))
    assert "Title 29." in first and "Title 03." not in first and "Older" in first and "Newer" not in first
    second = text_of(Client(headers={"Accept-Language": "en"}).get(f"{PUBLIC}?page=2"))
    assert "Title 03." in second and "Newer" in second
    for page in ("0", "-1", "x", "999999"):
        assert Client().get(f"{PUBLIC}?page={page}").status_code == 200
    assert "Older" in text_of(browser.get(MINE))
    assert len(first.encode()) < 50_000
