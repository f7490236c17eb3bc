"""Several cases at once: claimed, assigned, tagged; never decided."""

import re
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from accounts.audit.models import Event
from accounts.businesses.models import Membership
from accounts.errors import Forbidden
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.bulk import BulkActions
from accounts.verification.models import Application, Claim
from tests.factories import make_claimed, make_submitted, owner_of
from tests.staff import browser_of

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:verification_application_changelist")


def act(
    browser: Client, action: str, *applications: Application | str, desk: str = "all", **typed: str
) -> Any:
    ids = [one if isinstance(one, str) else one.pk for one in applications]
    data = {
        "action": action,
        ACTION_CHECKBOX_NAME: ids,
        **({"apply": "yes"} if typed else {"index": "0"}),
        **typed,
    }
    return browser.post(f"{QUEUE}?desk={desk}", data)


def said(browser: Client) -> list[str]:
    page = browser.get(QUEUE).content.decode()
    return re.findall(r'<li class="(?:success|warning|error)">(.*?)</li>', page)


def test_no_action_decides() -> None:
    assert set(BulkActions.actions) == {"claim_selected", "assign_selected", "tag_selected", "untag_selected"}


def test_the_list_offers_what_one_may(rita: User, rudi: User, olga: User) -> None:
    make_submitted()
    offered = {
        person.name: set(
            re.findall(r'<option value="(\w+_selected)"', browser_of(person).get(QUEUE).content.decode())
        )
        for person in (rita, rudi, olga)
    }
    assert offered == {
        "Rita": {"claim_selected", "tag_selected", "untag_selected"},
        "Rudi": {"claim_selected", "assign_selected", "tag_selected", "untag_selected"},
        "Olga": set(),
    }


def test_up_to_three_are_claimed_and_the_others_told(rita: User, rudi: User) -> None:
    applications = [make_submitted() for _ in range(4)]
    his = make_claimed(rudi)
    browser = browser_of(rita, csrf=False)
    assert act(browser, "claim_selected", his, *applications).status_code == 302
    assert set(Claim.objects.filter(reviewer=rita).values_list("application", flat=True)) == {
        one.pk for one in applications[:3]
    }
    messages = said(browser)
    assert len(messages) == 3
    assert messages[0].startswith(f"{his.display_name}: Rudi is working on this until")
    assert messages[1].startswith(f"{applications[3].display_name}: At most 3")
    assert messages[2] == "3 cases claimed."


def test_what_left_the_desk_meanwhile_is_told_not_lost(rita: User) -> None:
    gone, there = make_submitted(), make_submitted()
    browser = browser_of(rita)
    verification.withdraw(gone, by=owner_of(gone.account))
    act(browser, "claim_selected", gone, there, desk="unclaimed")
    messages = said(browser)
    assert messages[0].startswith(f"{gone.display_name}: Can&#x27;t claim")
    assert messages[1] == "1 case claimed."


@pytest.mark.parametrize(
    "made_up", ["nonsense", "app_0", "app_01h2xcejqtf2nbrexx3vqjhp41", "\x00", "x" * 5000]
)
def test_an_id_that_is_none_changes_nothing(made_up: str, rita: User) -> None:
    make_submitted()
    assert act(browser_of(rita), "claim_selected", made_up).status_code == 302
    assert not Claim.objects.exists()


def test_all_of_the_list_can_not_be_meant(rita: User) -> None:
    application = make_submitted()
    make_submitted()
    act(browser_of(rita), "claim_selected", application, select_across="1", index="0")
    assert [claim.application_id for claim in Claim.objects.all()] == [application.pk]


def test_a_reviewer_without_the_permission_assigns_nothing(rita: User, rudi: User) -> None:
    application = make_submitted()
    act(browser_of(rita), "assign_selected", application, to=rudi.pk)
    application.refresh_from_db()
    assert application.offered_to is None


def test_assigning_asks_to_whom_and_offers_the_case_for_a_day(rita: User, rudi: User) -> None:
    application, belongs = make_submitted(), make_submitted()
    Membership.objects.create(business=belongs.account.business, person=rita, role="viewer")
    claimed = make_claimed(rudi)
    browser = browser_of(rudi)
    asked = act(browser, "assign_selected", application, belongs)
    page = asked.content.decode()
    assert asked.status_code == 200 and application.display_name in page and ">Rita<" in page
    assert not Event.objects.filter(kind="application.assigned").exists()
    act(browser, "assign_selected", application, belongs, claimed, to=rita.pk)
    application.refresh_from_db()
    belongs.refresh_from_db()
    assert (application.offered_to, belongs.offered_to) == (rita, None)
    assert Event.objects.get(kind="application.assigned").data == {"to": rita.pk}
    messages = said(browser)
    assert messages[0].startswith(f"{belongs.display_name}: Rita may not work on this case")
    assert messages[1].startswith(f"{claimed.display_name}: Rudi is working on this")
    assert messages[2] == "1 case is offered to Rita."


def test_nobody_who_does_not_review_is_offered_a_case(rudi: User, olga: User, rita: User) -> None:
    application = make_submitted()
    User.objects.filter(pk=rita.pk).update(is_active=False)
    browser = browser_of(rudi)
    for person in (olga, rita):
        assert act(browser, "assign_selected", application, to=person.pk).status_code == 200  # asks again
    application.refresh_from_db()
    assert application.offered_to is None


def test_tags_are_words_and_lead_to_their_cases(rita: User) -> None:
    application, other = make_submitted(), make_submitted()
    browser = browser_of(rita)
    assert act(browser, "tag_selected", application).status_code == 200
    act(browser, "tag_selected", application, word=" Call-Back ")
    act(browser, "tag_selected", application, other, word="call-back")
    application.refresh_from_db()
    assert application.tags == ["call-back"]
    assert any("has this tag already" in message for message in said(browser))
    page = browser.get(f"{QUEUE}?desk=all&tag=call-back").content.decode()
    assert application.display_name in page and other.display_name in page
    act(browser, "untag_selected", application, word="call-back")
    page = browser.get(f"{QUEUE}?desk=all&tag=call-back").content.decode()
    assert application.display_name not in page and other.display_name in page
    assert {event.data.get("word") for event in Event.objects.filter(kind="application.tagged")} == {None}


@pytest.mark.parametrize("word", ["two words", "<b>", "Ünicode", "-", "x" * 31, "a--b"])
def test_what_is_no_tag_is_asked_for_again(word: str, rita: User) -> None:
    application = make_submitted()
    response = act(browser_of(rita), "tag_selected", application, word=word)
    assert response.status_code == 200 and "errorlist" in response.content.decode()
    application.refresh_from_db()
    assert application.tags == []


def test_a_case_has_ten_tags_at_most(rita: User) -> None:
    application = make_submitted()
    for number in range(10):
        verification.tag(application, word=f"t{number}", by=rita)
    browser = browser_of(rita)
    act(browser, "tag_selected", application, word="one-more")
    assert "At most 10 tags" in said(browser)[0]


def test_an_auditor_tags_nothing(olga: User) -> None:
    application = make_submitted()
    act(browser_of(olga), "tag_selected", application, word="mine")
    application.refresh_from_db()
    assert application.tags == []


def test_nobody_tags_a_case_of_their_own_business(rita: User) -> None:
    application = make_submitted()
    Membership.objects.create(business=application.account.business, person=rita)
    with pytest.raises(Forbidden) as refusal:
        verification.tag(application, word="market", by=rita)
    assert refusal.value.code == "own_business"
    application.refresh_from_db()
    assert application.tags == []
