"""Accounts and their events as the lines that COPY reads (text format: tabs between columns, \\N for null)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from accounts import names
from accounts.audit.journal import SYSTEM, canonical, digest_of
from accounts.synthetic import facts
from accounts.synthetic.facts import Facts

CAUSE = "synthetic"  # of a badge, where a real one names the application that was approved
TERM = timedelta(days=365)
OLDEST, SPAN_SECONDS = timedelta(days=301), 300 * 86_400  # accounts are a second apart, the last a day old
REVOKED_WITHIN_DAYS = 29  # for 90 days a revocation is shown, and the number listed
REASON = "owner_request"  # for suspending
REVOKED_FOR = "fraud"
BUSINESSES, ACCOUNTS = "businesses_business", "businesses_account"
NUMBER_USES, PROOFS = "businesses_numberuse", "proofs_numberproof"
BADGES, NAME_KEYS = "badges_badge", "businesses_namekey"
EVENTS, EVENT_NUMBERS = "audit_event", "audit_eventnumber"
# What each line holds. Written in this order, so that whatever a row points at is there before it.
COLUMNS = {
    BUSINESSES: "id, kind, legal_name, registration_number, country, created_at, revision",
    ACCOUNTS: (
        "id, business_id, number, live_name, country, category, website, photo, about, contact_purposes,"
        " confirmed_at, name_protected, created_at, revision"
    ),
    NUMBER_USES: "number, account_id, since",
    PROOFS: "id, account_id, number, method, proven_at, note",
    BADGES: (
        "id, account_id, status, methods, cause, issued_at, term_ends_at, expires_at, renewal_pending, reason,"
        " suspended_at, ended_at"
    ),
    NAME_KEYS: "key, account_id, guarded",
    EVENTS: 'seq, at, kind, by, "on", data, digest',
    EVENT_NUMBERS: "event_id, number",
}


class Happening(NamedTuple):
    kind: str
    on: str
    data: dict[str, Any]
    number: str


class Made(NamedTuple):
    """Some accounts in a row: lines for each table, and what the journal is to tell of them."""

    lines: dict[str, bytes]
    happenings: list[Happening]


class Head(NamedTuple):
    """An event of the journal that is to be gone on from."""

    seq: int
    digest: bytes


class Chained(NamedTuple):
    lines: dict[str, bytes]
    head: Head


def make(first: int, end: int, *, loaded_at: datetime, name_keys: bool) -> Made:
    """Accounts `first` to `end`, without the end. Their moments all lie before `loaded_at`."""
    lines: dict[str, list[str]] = {table: [] for table in COLUMNS}
    happenings: list[Happening] = []
    businesses, accounts, uses = lines[BUSINESSES], lines[ACCOUNTS], lines[NUMBER_USES]
    proofs, badges, keys = lines[PROOFS], lines[BADGES], lines[NAME_KEYS]
    oldest = loaded_at - OLDEST
    for i in range(first, end):
        made = facts.of(i)
        account, state, number = made.account.hexadecimal, made.state, made.number
        since = _opened(i, state, oldest)
        at = since.isoformat(" ")
        confirmed = r"\N" if state == "revoked" else at
        kind = "company" if made.company else "sole_trader"
        business = made.business.hexadecimal
        businesses.append(f"{business}\t{kind}\t{made.legal_name}\t{made.registration}\tID\t{at}\t1\n")
        accounts.append(
            f"{account}\t{business}\t{number}\t{made.name}\tID\t{made.category}\t{made.website}\t\t{made.about}\t"
            f"{made.purposes}\t{confirmed}\tf\t{at}\t1\n"
        )
        uses.append(f"{number}\t{account}\t{at}\n")
        proofs.append(f"{made.proof.hexadecimal}\t{account}\t{number}\tphone_code\t{at}\t\n")
        if state != "confirmed":
            badges.append(_badge(made, i, since, at, loaded_at))
        if name_keys:
            keys += [f"{key}\t{account}\tf\n" for key in names.keys(made.name)]
        happenings += _happenings(made)
    return Made({table: "".join(some).encode() for table, some in lines.items() if some}, happenings)


def _opened(i: int, state: str, oldest: datetime) -> datetime:
    since = oldest + timedelta(seconds=i % SPAN_SECONDS)
    if state == "expired":
        return since - TERM
    return since - timedelta(days=30) if state == "revoked" else since


def _badge(made: Facts, i: int, since: datetime, at: str, loaded_at: datetime) -> str:
    ends = (since + TERM).isoformat(" ")
    reason, suspended, ended = "", r"\N", r"\N"
    match made.state:
        case "suspended":
            reason, suspended = REASON, (since + timedelta(hours=1)).isoformat(" ")
        case "revoked":
            reason, ended = REVOKED_FOR, (loaded_at - timedelta(days=i % REVOKED_WITHIN_DAYS)).isoformat(" ")
        case "expired":
            ended = ends
    return (
        f"{made.badge.hexadecimal}\t{made.account.hexadecimal}\t{made.state}\t{{documents,phone_code}}\t{CAUSE}\t"
        f"{at}\t{ends}\t{ends}\tf\t{reason}\t{suspended}\t{ended}\n"
    )


def _happenings(made: Facts) -> list[Happening]:
    account, badge, number, state = (
        f"acc_{made.account.suffix}",
        f"bdg_{made.badge.suffix}",
        made.number,
        made.state,
    )
    tier = "confirmed" if state == "confirmed" else "verified"
    approved = Happening(
        "account.approved", account, {"application": CAUSE, "kind": "new", "tier": tier}, number
    )
    if state == "confirmed":
        return [approved]
    happened = [approved, Happening("badge.issued", badge, {"account": account, "cause": CAUSE}, number)]
    match state:
        case "expired":
            happened.append(Happening("badge.expired", badge, {"account": account}, number))
        case "suspended" | "revoked":
            reason = REASON if state == "suspended" else REVOKED_FOR
            happened.append(
                Happening(f"badge.{state}", badge, {"account": account, "reason": reason}, number)
            )
    return happened


def chain(happenings: Sequence[Happening], *, after: Head, at: datetime) -> Chained:
    """The journal's lines of these, which all happen at the same moment, behind the event `after`."""
    events, numbers = [], []
    seq, digest = after
    moment = at.isoformat(" ")
    for kind, on, data, number in happenings:
        seq += 1
        body = canonical(seq, at, kind, SYSTEM.pk, on, data)
        digest = digest_of(digest, body)
        stored = ",".join([f'"{key}":"{value}"' for key, value in data.items()])
        events.append(f"{seq}\t{moment}\t{kind}\t{SYSTEM.pk}\t{on}\t{{{stored}}}\t\\\\x{digest.hex()}\n")
        numbers.append(f"{seq}\t{number}\n")
    return Chained(
        {EVENTS: "".join(events).encode(), EVENT_NUMBERS: "".join(numbers).encode()}, Head(seq, digest)
    )
