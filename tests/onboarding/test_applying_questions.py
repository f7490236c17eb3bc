"""Single questions of the form: the number, the country, a trader without papers; and what each page costs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.businesses import ownership
from accounts.businesses.models import Account, Business
from accounts.onboarding.applying.beginning import begin
from accounts.verification.models import Application
from tests.factories import make_cohort, make_owner, uploaded
from tests.onboarding.applying import NUMBER, fill_in, page, send
from tests.owners import owner_browser
from tests.verification.papers import photo

pytestmark = pytest.mark.django_db


class TestCountry:
    def test_it_is_asked_only_where_the_number_says_otherwise(
        self, browser: Client, draft: Application
    ) -> None:
        assert browser.get(page(draft, "country"))["Location"] == reverse("task_list", args=[draft.pk])
        send(browser, draft, "number", number="0812 3456 7890")
        assert browser.get(page(draft, "country")).status_code == 302
        send(browser, draft, "number", number="+60 12-345 6789")
        send(browser, draft, "country", country="MY")
        assert (Account.objects.get().country, Business.objects.get().country) == ("MY", "MY")


class TestNumber:
    @pytest.mark.parametrize("written", ["0812-3456-7890", "+62 812 3456 7890", "٠٨١٢ ٣٤٥٦ ٧٨٩٠"])
    def test_it_is_read_as_people_write_it_and_shown_back(
        self, browser: Client, draft: Application, written: str
    ) -> None:
        answer = send(browser, draft, "number", number=written)
        draft.refresh_from_db()
        assert draft.number == "+6281234567890"
        assert "+62 812-3456-7890" in browser.get(answer["Location"]).content.decode()

    def test_it_is_another_one_than_the_one_to_sign_in_with(self) -> None:
        make_cohort()
        siti = make_owner("Siti", "+6281234567890")
        answer = send(owner_browser(siti), begin(by=siti), "number", number="0812 3456 7890")
        assert answer.status_code == 422
        assert "be the number of the business" in answer.content.decode()

    def test_R7_a_personal_one_is_said_to_be_one(self, browser: Client, draft: Application, kai: Any) -> None:
        ownership.declare_personal(NUMBER, by=kai)
        answer = send(browser, draft, "number", number=NUMBER)
        assert answer.status_code == 422
        assert "personal" in answer.content.decode()

    def test_one_that_is_none(self, browser: Client, draft: Application) -> None:
        answer = send(browser, draft, "number", number="12")
        assert answer.status_code == 422
        assert 'href="#id_number"' in answer.content.decode()


@pytest.mark.parametrize("slug", ["legal-name", "number", "purposes", "reference"])
def test_nothing_at_all_is_no_answer(slug: str, browser: Client, draft: Application) -> None:
    Application.objects.update(without_papers=slug == "reference", number="")
    answer = send(browser, draft, slug)
    assert answer.status_code == 422 and "This field is required." in answer.content.decode()


class TestWithoutPapers:
    def test_the_place_and_somebody_who_knows_it_stand_in(self, browser: Client, draft: Application) -> None:
        fill_in(browser, draft)
        send(browser, draft, "registration", papers="no")
        tasks = browser.get(reverse("task_list", args=[draft.pk])).context["tasks"]
        left = [task.address for task in tasks if task.state == "to_do"]
        assert left == [page(draft, "place"), page(draft, "reference")]
        answer = browser.post(reverse("check_answers", args=[draft.pk]))
        assert {fault.address for fault in answer.context["faults"]} == {
            f"{address}?then=check" for address in left
        }
        send(browser, draft, "place", file=uploaded("place.jpg", photo()))
        reference = {"name": "Pak Harjo", "contact": "0813 1111 2222", "relation": "menjual beras"}
        assert send(browser, draft, "reference", **reference).status_code == 302
        assert browser.post(reverse("check_answers", args=[draft.pk])).status_code == 302
        draft.refresh_from_db()
        assert draft.trade_reference.contact == "+6281311112222"

    def test_papers_sent_before_are_no_photo_of_the_place(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "evidence", kind="registration", file=uploaded())
        send(browser, draft, "registration", papers="no")
        assert ">Go on<" not in browser.get(page(draft, "place")).content.decode()
        send(browser, draft, "place", file=uploaded("place.jpg", photo()))
        assert ">Go on<" in browser.get(page(draft, "place")).content.decode()

    def test_nobody_vouches_for_themselves(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "registration", papers="no")
        answer = send(browser, draft, "reference", name="Ada", contact="ada@owner.example")
        assert answer.status_code == 422 and "contact of your own" in answer.content.decode()

    def test_a_number_found_later_brings_the_papers_back(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "registration", papers="no")
        send(browser, draft, "registration", papers="yes", registration_number="91200")
        draft.refresh_from_db()
        assert not draft.without_papers
        assert browser.get(page(draft, "evidence")).status_code == 200


PAGES = [
    "kind",
    "legal-name",
    "registration",
    "name",
    "number",
    "category",
    "purposes",
    "about",
    "website",
    "photo",
    "evidence",
]


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_takes_few_questions_to_the_database(
    slug: str, browser: Client, draft: Application, django_assert_max_num_queries: Any
) -> None:
    """Session, person, application, progress; and the names that a name resembles, or the files."""
    browser.get(page(draft, slug))  # the first page of a session notes that it began
    with django_assert_max_num_queries(6):
        answer = browser.get(page(draft, slug))
    assert len(answer.content) < 20_000


@pytest.mark.parametrize(("name", "most"), [("task_list", 10), ("check_answers", 12), ("start", 8)])
def test_the_lists_take_as_many_with_everything_answered(
    name: str, most: int, browser: Client, draft: Application, django_assert_max_num_queries: Any
) -> None:
    fill_in(browser, draft)
    with django_assert_max_num_queries(most):
        answer = browser.get(reverse(name, args=[] if name == "start" else [draft.pk]))
    assert len(answer.content) < 50_000
