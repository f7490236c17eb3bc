"""The queue, as a browser uses it: desks, order, search, what a line says, and addresses that make no sense."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim
from accounts.verification.workhours import office
from tests.factories import (
    age,
    decline_now,
    make_account,
    make_business,
    make_claimed,
    make_cohort,
    make_draft,
    make_submitted,
    owner_of,
)
from tests.staff import browser_of

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:verification_application_changelist")


def text(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content.decode())


def names(browser: Client, query: str = "") -> list[str]:
    """Of the cases, in their order."""
    page = text(browser.get(f"{QUEUE}{query}"))
    return re.findall(r'class="field-name"><a [^>]*>([^<]*)</a>', page)


def named(*applications: Application) -> set[str]:
    return {application.display_name for application in applications}


def test_each_desk_holds_what_its_name_says(rita: User, rudi: User, sinta: User) -> None:
    mine = make_claimed(rita)
    his = make_claimed(rudi)
    free = make_submitted()
    lease_over = make_claimed(rudi)
    age(Claim.objects.get(application=lease_over), timedelta(hours=1), "taken_at", "until")
    asked = make_claimed(rita)
    verification.ask(asked, text="Which street?", field="website", by=rita)
    put_off = make_claimed(rita)
    verification.defer(put_off, until=clock.now().date() + timedelta(days=9), by=rita)
    held = make_claimed(rita)
    verification.approve(held, tier="verified", second_wished=True, by=rita)
    decided = make_claimed(rita)
    verification.decline(decided, reason="not_a_business", by=rita)
    passed_on = make_claimed(rita)
    verification.escalate(passed_on, note="Which papers count here?", by=rita)
    objected = decline_now(make_submitted(), by=sinta)
    verification.contest(objected, text="We do exist.", by=owner_of(objected.account))
    draft = make_draft()
    over = make_claimed(rita)
    verification.withdraw(over, by=owner_of(over.account))
    browser = browser_of(rita)

    def on(choice: str) -> set[str]:
        return set(names(browser, f"?desk={choice}"))

    assert on("decide") == named(mine, his, free, lease_over, held, passed_on, objected)
    assert set(names(browser)) == on("decide")
    assert on("unclaimed") == named(free, lease_over, passed_on, objected)
    assert on("mine") == named(mine, held, decided)
    assert on("second") == named(held)
    assert on("escalated") == named(passed_on)
    assert on("contested") == named(objected)
    assert on("owner") == named(asked)
    assert on("deferred") == named(put_off)
    assert on("decided") == named(decided)
    assert on("ended") == named(over)
    assert on("all") == {*on("decide"), *named(asked, put_off, decided, over, draft)}
    assert set(names(browser, "?status__exact=draft")) == named(draft)


def test_an_answer_waits_on_the_desk_of_whoever_asked(rita: User, rudi: User) -> None:
    asked = make_claimed(rita)
    verification.ask(asked, text="Which street?", field="website", by=rita)
    verification.answer(asked, text="Jalan Melati 3", by=owner_of(asked.account))
    assert names(browser_of(rita), "?desk=mine") == [asked.display_name]
    assert names(browser_of(rudi), "?desk=unclaimed") == []
    assert names(browser_of(rita), "?desk=unclaimed") == [asked.display_name]
    assert "offered to Rita until" in text(browser_of(rudi).get(f"{QUEUE}?desk=all"))


def test_look_alikes_come_first_and_then_what_is_due_first(rita: User) -> None:
    businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
    first, second, third = make_submitted(), make_submitted(), make_submitted()
    age(second, timedelta(days=9), "due_at")
    alike = make_submitted(display_name="Bank C0ntoh")
    health = make_submitted(make_account(category="health"))
    expected = [one.display_name for one in (alike, health, second, first, third)]
    assert names(browser_of(rita)) == expected


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=3, minutes=1), "due in 3 h"),
        (timedelta(minutes=50, seconds=30), "due in 50 min"),
        (timedelta(hours=9), "due in 1 day"),
        (timedelta(hours=-17), "overdue by 2 days"),
    ],
)
def test_when_it_is_due_stands_there_in_working_time(left: timedelta, words: str, rita: User) -> None:
    application = make_submitted()
    due = office().add(clock.now(), left)
    Application.objects.filter(pk=application.pk).update(due_at=due)
    page = text(browser_of(rita).get(QUEUE))
    assert words in page
    assert ("case-row overdue" in page) == words.startswith("overdue")


def test_while_the_owner_has_the_ball_it_says_paused(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, text="Which street?", field="website", by=rita)
    Application.objects.filter(pk=application.pk).update(time_left=timedelta(hours=5))
    assert "5 h left, paused" in text(browser_of(rita).get(f"{QUEUE}?desk=owner"))


def test_a_line_says_the_risk_in_words_with_its_reasons(rita: User) -> None:
    businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
    make_submitted(display_name="Bank C0ntoh")
    page = text(browser_of(rita).get(QUEUE))
    assert re.search(r"●</span> highest<br><span class=\"why\">resembles a protected name", page)
    assert 'class="field-risk risk-3"' in page


def test_a_line_can_be_reached_by_keys_and_leads_to_its_case(rita: User) -> None:
    application = make_submitted()
    browser = browser_of(rita)
    page = text(browser.get(QUEUE))
    row = re.search(r'<tr class="case-row[^"]*" data-href="([^"]*)" data-pk="([^"]*)">', page)
    assert row is not None and row[2] == application.pk
    assert f'<a href="{row[1]}" class="case-link">' in page
    assert application.number in text(browser.get(row[1]))


def test_it_shows_who_works_on_a_case_and_until_when(rita: User) -> None:
    application = make_claimed(rita)
    browser = browser_of(rita)
    assert re.search(r'class="field-holder">Rita, \d', text(browser.get(QUEUE)))
    age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
    assert 'field-holder">Rita' not in text(browser.get(QUEUE))


def test_what_i_decided_is_taken_back_from_my_desk(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.approve(application, tier="verified", by=rita)
    browser = browser_of(rita, csrf=True)
    page = text(browser.get(f"{QUEUE}?desk=mine"))
    assert re.search(r'data-undo-until="\d{4}-', page)
    form = re.search(
        rf'<form method="post" id="take-back-{application.pk}" action="([^"]*)">.*?</form>', page
    )
    assert form is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    assert browser.post(form[1], hidden).status_code == 302
    application.refresh_from_db()
    assert application.status == "submitted"
    verification.claim(application, by=rudi)
    verification.approve(application, tier="verified", by=rudi)
    assert "data-undo-until" not in text(browser.get(f"{QUEUE}?desk=decided"))


def test_it_filters_by_what_calls_for_two(rita: User) -> None:
    businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
    alike = make_submitted(display_name="Bank C0ntoh")
    protected = make_submitted(make_account(category="health"))
    strict = make_submitted(cohort=make_cohort(four_eyes=True))
    plain = make_submitted()
    browser = browser_of(rita)
    assert names(browser, "?four_eyes=protected") == [alike.display_name]
    assert set(names(browser, "?four_eyes=due")) == named(alike, protected, strict)
    assert names(browser, "?four_eyes=one") == [plain.display_name]
    assert names(browser, f"?cohort__id__exact={strict.cohort_id}") == [strict.display_name]
    assert names(browser, "?category__exact=health") == [protected.display_name]
    assert names(browser, "?kind__exact=renewal") == []


def test_it_finds_by_words_of_a_name_by_number_and_by_id(rita: User) -> None:
    account = make_account(make_business(legal_name="PT Sumber Rejeki"))
    wanted = make_submitted(account, display_name="Toko Melati")
    make_submitted()
    verification.withdraw(wanted, by=owner_of(account))  # a search looks beyond the open ones
    browser = browser_of(rita)
    spaced = f"{wanted.number[:2]} {wanted.number[2:5]}-{wanted.number[5:]}"
    for typed in [
        "melati",
        "MEL toko",
        "sumber rej",
        spaced,
        wanted.number,
        wanted.number[-7:],
        wanted.pk,
        wanted.pk.upper(),
        account.pk,
        account.business_id,
    ]:
        assert names(browser, f"?q={quote(typed)}") == ["Toko Melati"], typed
    for typed in ["app_0", "acc_zzz", "0000", "%", "nothing of this name", "' & | ! ( ) :*", "_", "\\"]:
        assert names(browser, f"?q={quote(typed)}") == [], typed


ODD = [
    "desk=nonsense",
    "desk=",
    "desk=mine&desk=all",
    "p=0",
    "p=-7",
    "p=99999999999999999999",
    "p=" + "9" * 5000,
    "p=x",
    "q=" + "x" * 5000,
    "q=%F0%9F%98%80",
    "status__exact=nonsense",
    "kind__exact=",
    "four_eyes=maybe",
    "tag=Not%20A%20Tag",
    "tag=" + "x" * 400,
    "cohort__id__exact=nonsense",
    "cohort__id__exact=" + "9" * 40,
    "account__business__legal_name__startswith=C",
    "o=1.-2.99.x",
    "e=1",
    "all=",
    "_popup=1",
    "_to_field=id",
    "_facets=True",
    "a=b&a=c&=&&;",
    "%5B%5D=%5B%5D",
]


@pytest.mark.parametrize("query", ODD, ids=lambda query: query[:40])
def test_an_address_that_makes_no_sense_leads_to_a_sensible_page(query: str, rita: User) -> None:
    make_submitted()
    response = browser_of(rita).get(f"{QUEUE}?{query}", follow=True)
    assert response.status_code == 200
    assert "case-link" in text(response) or "No case is here." in text(response)


def test_a_nul_in_the_address_is_refused_as_one(rita: User) -> None:
    assert browser_of(rita).get(f"{QUEUE}?q=%00").status_code == 422


def test_a_page_that_is_not_there_is_the_nearest_one(rita: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("accounts.verification.queue_pages.QueuePages.list_per_page", 2)
    applications = [make_submitted() for _ in range(3)]
    browser = browser_of(rita)
    assert names(browser, "?p=99") == names(browser, "?p=2") == [applications[2].display_name]
    assert names(browser, "?p=-1") == [one.display_name for one in applications[:2]]
    assert 'aria-current="page">2<' in text(browser.get(f"{QUEUE}?p=99"))


def test_a_list_is_counted_no_further_than_it_can_be_paged(rita: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("accounts.verification.queue_pages.LISTED", 2)
    for _ in range(3):
        make_submitted()
    assert "More than 2 cases" in text(browser_of(rita).get(QUEUE))


# What it costs.


@pytest.mark.parametrize("desk", ["decide", "mine", "unclaimed", "all"])
def test_many_cases_cost_as_many_queries_as_one(desk: str, rita: User, rudi: User) -> None:
    """Session, person, saved views, filter of cohorts, count, page, risk, what can be taken back, navigation."""
    browser = browser_of(rita)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(f"{QUEUE}?desk={desk}").status_code == 200
        return len(asked)

    def one_of_each() -> None:
        verification.release(make_claimed(rita), by=rita)
        verification.approve(make_claimed(rita), tier="verified", by=rita)

    one_of_each()
    make_claimed(rita)
    few = queries()
    for _ in range(2):
        one_of_each()
        make_claimed(rudi, cohort=make_cohort())
    assert queries() == few <= 12


def test_the_search_costs_no_more(rita: User) -> None:
    browser = browser_of(rita)
    make_submitted(display_name="Toko Melati")
    with CaptureQueriesContext(connection) as asked:
        assert names(browser, "?q=melati") == ["Toko Melati"]
    assert len(asked) <= 12
