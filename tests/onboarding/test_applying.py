"""The form from its beginning to the reference, as a browser without scripts sends it."""

import re
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.businesses.models import Account, Business
from accounts.onboarding.applying import answering
from accounts.onboarding.applying.beginning import MOST_BEGUN, begin
from accounts.onboarding.models import Progress
from accounts.people.models import User
from accounts.pilot.models import Cohort
from accounts.verification.models import Application, Kind, Source, Status
from tests.factories import make_cohort, make_owner, make_submitted
from tests.onboarding.applying import ANSWERS, NUMBER, fill_in, page, send
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db


class TestBeginning:
    def test_whoever_has_not_signed_in_reads_the_page_and_signs_in_to_begin(self) -> None:
        browser = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
        assert b"What you need" in browser.get(reverse("start")).content
        answer = browser.post(reverse("start"))
        assert answer["Location"] == f"{reverse('owner_sign_in')}?{urlencode({'next': reverse('start')})}"
        assert not Business.objects.exists()

    def test_it_makes_a_business_an_account_and_a_draft(self, ada: User, browser: Client) -> None:
        make_cohort()
        answer = browser.post(reverse("start"))
        application = Application.objects.get()
        assert answer["Location"] == page(application, "kind")
        assert (application.status, application.kind, application.source) == (
            Status.DRAFT,
            Kind.NEW,
            Source.FORM,
        )
        assert application.account.business.members.get() == ada
        assert application.account.business.legal_name == ""

    def test_a_double_tap_begins_one(self, browser: Client, draft: Application) -> None:
        assert browser.post(reverse("start"))["Location"] == page(draft, "kind")
        assert Business.objects.count() == Account.objects.count() == 1

    def test_a_second_business_can_be_begun_once_something_is_answered(
        self, browser: Client, draft: Application
    ) -> None:
        send(browser, draft, "kind", kind="company")
        assert f"{draft.pk}/tasks/" in browser.get(reverse("start")).content.decode()
        browser.post(reverse("start"))
        assert Application.objects.count() == 2

    def test_nobody_begins_without_end(self, browser: Client, draft: Application) -> None:
        for _ in range(MOST_BEGUN):
            send(browser, Application.objects.latest("created_at"), "kind", kind="company")
            answer = browser.post(reverse("start"))
        assert answer["Location"] == reverse("start")
        assert "begun 5 applications already" in browser.get(answer["Location"]).content.decode()
        assert Application.objects.count() == MOST_BEGUN

    def test_without_a_way_in_there_is_the_waiting_list(self, browser: Client) -> None:
        make_cohort(invitation_only=True)
        assert reverse("waiting") in browser.get(reverse("start")).content.decode()
        assert browser.post(reverse("start"))["Location"] == reverse("waiting")
        assert not Application.objects.exists()

    def test_the_staff_are_no_owners(self, rita: User) -> None:
        browser = Client()
        browser.force_login(rita)
        assert browser.post(reverse("start")).status_code == 403

    def test_a_contact_from_abroad_is_where_the_business_is_taken_to_be(self) -> None:
        make_cohort()
        application = begin(by=make_owner("Tan", "+6591234567"))
        assert (application.account.country, application.account.business.country) == ("SG", "SG")


class TestWholeForm:
    def test_from_the_first_question_to_the_reference(self, browser: Client, draft: Application) -> None:
        fill_in(browser, draft)
        tasks = browser.get(reverse("task_list", args=[draft.pk]))
        assert [task.state for task in tasks.context["tasks"]] == ["done"] * len(ANSWERS)
        check = browser.get(reverse("check_answers", args=[draft.pk])).content.decode()
        for shown in (
            "Siti Rahmawati",
            "9120001234567",
            "Warung Melati Jingga",
            "+1 202-555-0123",
            "https://melati",
        ):
            assert shown in check
        answer = browser.post(reverse("check_answers", args=[draft.pk]))
        assert answer["Location"] == reverse("application_sent", args=[draft.pk])
        draft.refresh_from_db()
        assert (draft.status, draft.number, draft.category) == (Status.SUBMITTED, NUMBER, "food")
        assert draft.account.about == "Buka jam tujuh pagi\nSampai habis"
        assert draft.reference in browser.get(answer["Location"]).content.decode()

    def test_what_is_not_wanted_any_more_is_withdrawn(self, browser: Client, draft: Application) -> None:
        withdraw = reverse("withdraw_application", args=[draft.pk])
        assert withdraw in browser.get(reverse("task_list", args=[draft.pk])).content.decode()
        browser.post(withdraw)
        draft.refresh_from_db()
        assert draft.status == Status.WITHDRAWN

    def test_each_page_leads_to_the_next_one(self, browser: Client, draft: Application) -> None:
        slugs = [slug for slug, _ in ANSWERS]
        for (slug, fields), following in zip(ANSWERS[:-1], slugs[1:], strict=True):
            assert send(browser, draft, slug, **fields)["Location"] == page(draft, following)

    def test_it_is_gone_on_with_on_another_phone(
        self, ada: User, browser: Client, draft: Application
    ) -> None:
        send(browser, draft, "name", display_name="Warung Melati Jingga")
        elsewhere = owner_browser(ada)
        assert "Warung Melati Jingga" in elsewhere.get(page(draft, "name")).content.decode()
        assert f"{draft.pk}/tasks/" in elsewhere.get(reverse("start")).content.decode()

    def test_what_is_changed_from_the_last_page_leads_back_to_it(
        self, browser: Client, draft: Application
    ) -> None:
        answer = browser.get(f"{page(draft, 'about')}?then=check")
        hidden = {field.name: field.value() for field in answer.context["form"].hidden_fields()}
        answer = browser.post(page(draft, "about"), {**hidden, "about": "Soto"})
        assert answer["Location"] == reverse("check_answers", args=[draft.pk])

    def test_another_address_after_it_is_not_followed(self, browser: Client, draft: Application) -> None:
        answer = browser.post(page(draft, "kind"), {"kind": "company", "then": "https://evil.example"})
        assert answer.status_code == 422 or answer["Location"].startswith("/my/")

    def test_what_was_sent_is_changed_no_more(self, browser: Client, draft: Application) -> None:
        fill_in(browser, draft)
        browser.post(reverse("check_answers", args=[draft.pk]))
        status = reverse("application_status", args=[draft.pk])
        for address in (
            page(draft, "name"),
            reverse("task_list", args=[draft.pk]),
            reverse("check_answers", args=[draft.pk]),
        ):
            assert browser.get(address)["Location"] == status
        assert browser.post(page(draft, "name"), {"display_name": "Lain Sekali"})["Location"] == status
        draft.refresh_from_db()
        assert draft.display_name == "Warung Melati Jingga"

    def test_a_second_tap_on_send_leads_to_the_same_page(self, browser: Client, draft: Application) -> None:
        fill_in(browser, draft)
        first = browser.post(reverse("check_answers", args=[draft.pk]))
        draft.refresh_from_db()
        second = browser.post(reverse("check_answers", args=[draft.pk]))
        assert first["Location"] == second["Location"]
        assert Application.objects.get(pk=draft.pk).reference == draft.reference != ""


class TestCheck:
    def test_what_is_missing_is_said_with_the_page_that_mends_it(
        self, browser: Client, draft: Application
    ) -> None:
        answer = browser.post(reverse("check_answers", args=[draft.pk]))
        assert answer.status_code == 422
        faults = answer.context["faults"]
        assert {fault.address for fault in faults} == {
            f"{page(draft, slug)}?then=check"
            for slug in (
                "kind",
                "legal-name",
                "registration",
                "name",
                "number",
                "category",
                "purposes",
                "evidence",
            )
        }
        assert len(faults) == len({fault.address for fault in faults})

    def test_a_number_of_another_business_is_no_dead_end(self, browser: Client, draft: Application) -> None:
        make_submitted(number=NUMBER)
        fill_in(browser, draft)
        answer = browser.post(reverse("check_answers", args=[draft.pk]))
        assert answer.status_code == 422
        assert reverse("claim_number", args=[draft.pk]) in answer.content.decode()

    def test_when_the_last_place_has_gone_there_is_the_waiting_list(
        self, browser: Client, draft: Application
    ) -> None:
        fill_in(browser, draft)
        Cohort.objects.update(capacity=0)
        answer = browser.post(reverse("check_answers", args=[draft.pk]))
        assert answer.status_code == 422
        assert reverse("waiting") in answer.content.decode()

    def test_nothing_is_sent_before_everything_is_there(self, browser: Client, draft: Application) -> None:
        assert browser.get(reverse("application_sent", args=[draft.pk]))["Location"] == reverse(
            "task_list", args=[draft.pk]
        )
        draft.refresh_from_db()
        assert (draft.status, draft.reference) == (Status.DRAFT, "")


def test_optional_questions_can_be_skipped_and_come_back_to(browser: Client, draft: Application) -> None:
    for slug in ("about", "website", "photo"):
        assert browser.post(page(draft, slug), {"skip": "1"}).status_code == 302
    assert Progress.objects.get().answered == ["about", "photo", "website"]
    assert send(browser, draft, "website", website="melati.example").status_code == 302
    draft.refresh_from_db()
    assert draft.website == "https://melati.example"


def test_a_question_that_has_to_be_answered_is_not_skipped(browser: Client, draft: Application) -> None:
    assert browser.post(page(draft, "kind"), {"skip": "1"}).status_code == 422


def test_a_question_that_there_is_not(browser: Client, draft: Application) -> None:
    assert browser.get(page(draft, "salary")).status_code == 404


def test_what_was_typed_while_the_database_is_away_waits_on_the_page_that_says_so(
    ada: User, draft: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is not stored is asked for again by the back button, and the form would be empty."""

    def away(*given: object, **more: object) -> None:
        raise OperationalError("the connection is lost")

    browser = owner_browser(ada, csrf=True)
    address = page(draft, "kind")
    shown = dict(re.findall(r'name="(\w+)" value="(\w+)"', browser.get(address).content.decode()))
    typed = {name: shown[name] for name in ("csrfmiddlewaretoken", "was")} | {"kind": "company"}
    with monkeypatch.context() as patched:
        patched.setattr(answering, "answer", away)
        answer = browser.post(address, typed)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w*)">', answer.content.decode()))
    assert fields == typed
    assert f'<form method="post" action="{address}">' in answer.content.decode()
    assert browser.post(address, fields)["Location"] == page(draft, "legal-name")
