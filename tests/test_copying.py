"""Rows that COPY writes are the rows that Django would have written."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from accounts import clock, copying
from accounts.audit.models import Event, EventNumber
from accounts.businesses.models import Account, Business, NumberUse
from tests.factories import make_account, next_number

pytestmark = pytest.mark.django_db


def _account(business: Business, **facts: Any) -> Account:
    return Account(business=business, country="ID", category="food", **facts)


def test_what_is_written_is_what_django_writes() -> None:
    business = make_account().business
    awkward = {
        "about": "tab\t, \\N, \\., 'quote'\nnew line, é🙂",
        "contact_purposes": ["delivery", "promotions"],
    }
    copied = _account(business, number=next_number(), live_name="Warung\\N", **awkward)
    created = _account(business, number=next_number(), live_name="Warung\\N", **awkward)
    copying.insert([copied, _account(business)])
    Account.objects.bulk_create([created])
    found, other = (Account.objects.get(pk=one.pk) for one in (copied, created))
    assert model_to_dict(found, exclude=["number"]) == model_to_dict(other, exclude=["number"])
    assert (found.number, found.pk, found.about) == (copied.number, copied.pk, awkward["about"])
    assert Account.objects.filter(business=business, number=None, contact_purposes=[]).count() == 1


def test_what_is_left_to_the_database_is_left_to_it() -> None:
    before = clock.now()
    account = make_account()
    copying.insert([NumberUse(number="+12025550101", account=account)])
    assert before < NumberUse.objects.get(number="+12025550101").since < clock.now()


def test_json_bytes_and_counted_keys_arrive() -> None:
    event = Event(
        seq=9_000, at=clock.now(), kind="k", by="system", on="x", data={"a": ["é", None]}, digest=b"\x00\xff"
    )
    copying.insert([event])
    copying.insert(
        [EventNumber(event=event, number="+12025550101"), EventNumber(event=event, number="+12025550102")]
    )
    found = Event.objects.get(seq=9_000)
    assert (found.at, found.data, bytes(found.digest)) == (event.at, event.data, event.digest)
    assert len({number.pk for number in found.numbers.all()}) == 2


def test_a_broken_rule_is_djangos_error_and_writes_nothing() -> None:
    account = make_account()
    twice = [
        NumberUse(number=number, account=account)
        for number in ("+12025550101", "+12025550102", "+12025550101")
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        copying.insert(twice)
    assert not NumberUse.objects.exists()


def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        copying.insert([])
