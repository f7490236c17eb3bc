"""New, renamed, suspended, revoked and closed, for as long as nobody stops it: a process beside a running registry.

It prints one line a change: the number, when the change was begun and when it was committed (seconds of the steady
clock, which all processes of a machine share), and the card before and after.
"""

import itertools
import json
import random
import time

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.people.models import User
from accounts.verification.models import Kind
from tests.cardstore.following import rendered
from tests.factories import approve_now, make_reviewer, make_submitted, next_number

MOST = 500  # numbers; then only those are changed that are there
A_SECOND = 20  # changes, at most
_PLANTS = (
    "Melati",
    "Kenanga",
    "Cempaka",
    "Anggrek",
    "Mawar",
    "Dahlia",
    "Teratai",
    "Seruni",
    "Kamboja",
    "Soka",
)
_words = (f"Warung {plant} {place}" for place in itertools.count(1) for plant in _PLANTS)


def write() -> None:
    reviewer = make_reviewer()
    cards: dict[str, str] = {}  # of the open accounts
    while True:
        is_new = len(cards) < 20 or (len(cards) < MOST and random.random() < 0.4)
        number = next_number() if is_new else random.choice(list(cards))
        before = cards.get(number) or rendered([number])[0]
        begun = time.monotonic()
        if is_new:
            application = make_submitted(number=number, display_name=next(_words))
            approve_now(application, tier=random.choice(["verified", "confirmed"]), by=reviewer)
        else:
            _change(Account.objects.get(number=number, closed_at=None), reviewer)
        committed = time.monotonic()
        (after,) = rendered([number])
        print(json.dumps([number, begun, committed, before, after]), flush=True)
        cards[number] = after
        if '"listed":false' in after:
            del cards[number]
        time.sleep(1 / A_SECOND)


def _change(account: Account, reviewer: User) -> None:
    badge = Badge.objects.live().of(account).first()
    if badge is None and account.confirmed_at is None:
        businesses.close_account(account, by=audit.SYSTEM)
    elif badge is not None and badge.status == BadgeStatus.SUSPENDED:
        badges.reinstate(badge, by=audit.SYSTEM)
    elif badge is not None and random.random() < 0.3:
        badges.revoke(badge, reason="fraud", by=audit.SYSTEM)
    elif badge is not None and random.random() < 0.3:
        badges.suspend(badge, reason="under_investigation", by=audit.SYSTEM)
    else:
        renaming = make_submitted(account, kind=Kind.NAME_CHANGE, display_name=next(_words))
        approve_now(renaming, tier="verified" if badge else "confirmed", by=reviewer)
