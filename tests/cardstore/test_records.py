"""What is drawn of a stored record, at any moment, is what the renderer says."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.badges import cards
from accounts.badges.cards import Policy, Row
from accounts.badges.models import BadgeStatus
from accounts.badges.policies import PILOT_TIERS
from accounts.badges.reasons import REASONS
from accounts.badges.standing import ABSENCE_SHOWN_FOR
from accounts.cardstore import records
from accounts.cardstore.errors import Damaged

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, UTC)
ACTIONS = {"block": True, "report": True, "account_may_block": True}
POLICIES = [
    Policy("pilot-2017.1", 86_400, PILOT_TIERS, ACTIONS),
    Policy("50 % more", 60, PILOT_TIERS, ACTIONS),
]
moments = st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(lambda after: NOW + after)
numbers = st.integers(10**6, 10**15 - 1).map(lambda value: f"+{value}")
texts = st.text(max_size=40).filter(lambda text: "\x1f" not in text and text.isprintable())
ids = st.integers(0, 2**128 - 1)


@st.composite
def rows(draw: Any) -> Row:
    """Of whatever the database may hold; a suspended badge has its moment, an ended one its end."""
    status = draw(st.sampled_from(list(BadgeStatus)))
    ended = status not in (BadgeStatus.ACTIVE, BadgeStatus.SUSPENDED)
    suspended = status == BadgeStatus.SUSPENDED or (status == BadgeStatus.EXPIRED and draw(st.booleans()))
    return Row(
        number=draw(numbers),
        as_of=draw(moments),
        last_change=draw(st.none() | st.integers(1, 2**40)),
        account=draw(st.none() | ids),
        name=draw(texts),
        category=draw(texts),
        country=draw(texts),
        about=draw(texts),
        photo=draw(texts),
        website=draw(texts),
        contact_purposes=draw(st.lists(st.sampled_from(["order_updates", "delivery"]), max_size=2)),
        confirmed_at=draw(st.none() | moments),
        proven=draw(st.booleans()),
        business=draw(ids),
        business_kind=draw(st.sampled_from(["company", "sole_trader"])),
        legal_name=draw(texts),
        badge=draw(st.none() | ids),
        badge_status=status,
        methods=draw(st.lists(st.sampled_from(["phone_code", "documents"]), max_size=2)),
        issued_at=draw(moments),
        expires_at=draw(moments),
        suspended_at=draw(moments) if suspended else None,
        ended_at=draw(moments) if ended else None,
        reason=draw(st.sampled_from(["", *REASONS])),
    )


@given(
    rows(), st.lists(st.timedeltas(timedelta(0), timedelta(days=900)), max_size=5), st.sampled_from(POLICIES)
)
def test_a_record_draws_what_the_renderer_says_then(row: Row, later: list[timedelta], policy: Policy) -> None:
    stored = records.pack(row)
    turns = [row.expires_at, row.expires_at + ABSENCE_SHOWN_FOR]
    if row.ended_at is not None:
        turns.append(row.ended_at + ABSENCE_SHOWN_FOR)
    near = [turn + timedelta(microseconds=by) for turn in turns for by in (-1, 0, 1)]
    for moment in [row.as_of, *(row.as_of + after for after in later), *near]:
        if moment < row.as_of:
            continue
        now = records.microseconds(moment)
        expected = cards.render(row._replace(as_of=moment), policy)
        if stored is None:
            assert expected == cards.draw(policy, cards.Shape.UNLISTED, row.number, b"", b"", 0)
        else:
            record = records.unpack(row.number, stored)
            assert record.card(policy, now) == expected
            assert record.is_listed(now) == (b'"listed":true' in expected)


@given(rows(), st.integers(0), st.integers(0, 7))
def test_no_flipped_bit_and_no_other_number_is_taken_for_good(row: Row, place: int, bit: int) -> None:
    stored = records.pack(row)
    if stored is None:
        return
    damaged = bytearray(stored)
    damaged[place % len(damaged)] ^= 1 << bit
    for number, raw in [(row.number, bytes(damaged)), ("+12025550199", stored)]:
        if number == row.number and raw == stored:
            continue
        with pytest.raises(Damaged):
            records.unpack(number, raw)


@given(numbers, numbers)
def test_keys_keep_the_order_of_the_numbers(one: str, other: str) -> None:
    assert records.number_of(records.key_of(one)) == one
    for low, high in pairwise(sorted([one, other], key=int)):
        assert records.key_of(low) <= records.key_of(high)
