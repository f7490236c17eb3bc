"""What holds for each page of the table: what it asks the database, and that no copy of it is kept."""

from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from tests.onboarding.addresses import PAGES, Things, address_of

# Statements that the owner's second look costs: the session, the person and what the address names among them.
QUERIES = {
    "owner_sign_in": 2,
    "owner_code": 2,
    "devices": 3,
    "members": 5,
    "invite_member": 3,
    "change_member": 4,
    "remove_member": 4,
    "hand_over": 4,
    "step_back": 3,
    "leave_business": 3,
    "joining": 3,
    "start": 6,
    "task_list": 8,
    "question": 6,
    "evidence_picture": 4,
    "check_answers": 8,
    "application_sent": 4,
    "photo": 4,
    "prove_number": 10,
    "claim_number": 9,
    "prove_again": 11,
    "change_number": 6,
    "my_website": 5,
    "consent": 2,
    "my_data": 3,
    "change_contact": 2,
    "change_contact_code": 2,
    "erase_my_data": 3,
    "erased": 2,
    "my": 8,
    "application_status": 11,
    "answer_question": 3,
    "withdraw_application": 3,
    "contest_decision": 3,
    "apply_again": 3,
    "my_account": 9,
    "change_profile": 3,
    "change_look": 4,
    "change_name": 4,
    "renew_badge": 9,
    "reinstate_badge": 9,
    "close_account": 3,
    "badge_sheet": 5,
    "badge_code": 5,
    "public_page": 4,
    "my_suggestions": 3,
    "public_suggestions": 4,
    "invitation": 3,
    "kept_invitation": 3,
    "waiting": 6,
}


# What holds for everybody may be kept for a while; a picture that was approved never changes.
KEPT = {"public_page", "public_suggestions", "erased", "photo"}


@pytest.fixture
def adas(ada: User) -> Things:
    return Things(ada)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.look is not None])
def test_what_a_page_costs(name: str, adas: Things, browser: Client, django_assert_num_queries: Any) -> None:
    """With one of everything; that it stays so with more is tried where a page has lists."""
    address = address_of(name, PAGES[name], adas)
    browser.get(address)
    with django_assert_num_queries(QUERIES[name]):
        browser.get(address)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in PAGES if name not in KEPT])
def test_no_copy_of_it_is_kept(name: str, adas: Things, browser: Client) -> None:
    page, address = PAGES[name], address_of(name, PAGES[name], adas)
    answer = browser.get(address) if page.look is not None else browser.post(address)
    assert "no-store" in answer.headers.get("Cache-Control", "") or answer.status_code == 302, name
