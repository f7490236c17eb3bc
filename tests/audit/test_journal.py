"""The journal: gap-free in commit order, chained, and written only by what really happened."""

import hashlib

import pytest

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event, EventNumber
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Business
from accounts.errors import Invalid, NotAllowed
from accounts.people.models import User
from tests.factories import make_account, make_approved, make_business, make_submitted

pytestmark = pytest.mark.django_db


class Refused(NotAllowed):
    def __init__(self) -> None:
        super().__init__("wrong_status", action="test", status="draft")


def kinds() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("kind", flat=True))


def test_events_are_numbered_from_one_without_a_gap() -> None:
    make_approved()
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, Event.objects.count() + 1)
    )
    assert list(breaks()) == []


def test_an_event_says_who_what_and_when_by_the_databases_clock(ada: User) -> None:
    before = clock.now()
    business = make_business(ada)
    event = Event.objects.get(on=business.pk)
    assert (event.kind, event.by) == ("business.opened", ada.pk)
    assert before <= event.at <= clock.now()
    assert len(bytes(event.digest)) == 32


def test_the_digest_is_the_sha256_of_the_one_before_and_the_canonical_json(ada: User) -> None:
    """Spelled out, so that an auditor can write it again in another language."""
    make_business(ada)
    make_business(ada)
    first, second = Event.objects.order_by("seq")
    at = second.at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    body = (
        f'{{"at":"{at}","by":"{ada.pk}","data":{{"country":"ID","kind":"company"}},'
        f'"kind":"business.opened","on":"{second.on}","seq":2}}'
    )
    assert bytes(second.digest) == hashlib.sha256(bytes(first.digest) + body.encode()).digest()


def test_nothing_is_recorded_outside_a_transaction(ada: User) -> None:
    with pytest.raises(RuntimeError, match=r"outside audit\.transaction"):
        audit.record("business.opened", on=ada, by=ada)


def test_what_was_rolled_back_did_not_happen(ada: User) -> None:
    with pytest.raises(Refused), audit.together():
        make_business(ada)
        raise Refused
    assert (kinds(), Business.objects.count()) == ([], 0)
    make_business(ada)
    assert kinds() == ["business.opened"]


def test_an_unforeseen_failure_rolls_back_too_and_leaves_no_remains(ada: User) -> None:
    with pytest.raises(ZeroDivisionError), audit.together():
        make_business(ada)
        1 / 0  # noqa: B018 - the failure
    make_business(ada)
    assert kinds() == ["business.opened"]


def test_a_savepoint_that_was_rolled_back_takes_its_events_along(ada: User) -> None:
    with audit.together():
        business = make_business(ada)
        with pytest.raises(Invalid):
            businesses.open_account(business, category="no such", by=ada)
        with pytest.raises(Refused), audit.together():
            make_account(business)
            raise Refused
        make_account(business)
    assert kinds() == ["business.opened", "account.opened"]
    assert Account.objects.count() == 1


def test_several_services_in_one_transaction_share_one_moment(ada: User) -> None:
    with audit.together():
        make_account(make_business(ada))
        assert kinds() == []  # appended last
    assert kinds() == ["business.opened", "account.opened"]
    assert Event.objects.values("at").distinct().count() == 1


def test_each_number_whose_card_changed_stands_once_beside_the_event(ada: User) -> None:
    with audit.together():
        audit.record("test.happened", on=ada, by=ada, numbers=["+12025550100", None, "", "+12025550100"])
    assert list(EventNumber.objects.values_list("number", flat=True)) == ["+12025550100"]


def test_a_listener_is_called_in_the_same_transaction_and_only_for_its_kind(ada: User) -> None:
    heard: list[str] = []

    def listener(happening: audit.Happening) -> None:
        heard.append(happening.on)
        raise Refused

    audit.listen("account.opened", listener)
    audit.listen("account.opened", listener)  # twice is once
    try:
        business = make_business(ada)
        with pytest.raises(Refused):
            make_account(business)
    finally:
        audit._listeners["account.opened"].remove(listener)
    assert len(heard) == 1
    assert kinds() == ["business.opened"]  # the listener's refusal undid the account
    assert not Account.objects.exists()


def test_a_whole_case_is_one_timeline() -> None:
    application = make_submitted()
    steps = Event.objects.filter(on=application.pk).order_by("seq").values_list("kind", flat=True)
    assert list(steps) == ["application.started", "application.submitted"]
