"""Look-ups as the database answers them: one query, a row for each number, and the policy in force with them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts import clock, prepared
from accounts.badges.cards import Policy, Row
from accounts.clients.authentication import KEY, KEY_COLUMNS, admit, require_scope
from accounts.clients.models import ApiKey
from accounts.errors import Invalid, NotAllowed, Problem

# What `Row` holds, in its order, of the account `a` at a number.
FACTS = """
       statement_timestamp(),
       (SELECT max(event_id) FROM audit_eventnumber WHERE audit_eventnumber.number = {number}),
       a.id, a.live_name, a.category, a.country, a.about, a.photo, a.website, a.contact_purposes,
       a.confirmed_at,
       p.proven IS NOT NULL,
       b.id, b.kind, b.legal_name,
       g.id, g.status, g.methods, g.issued_at, g.expires_at, g.suspended_at, g.ended_at, g.reason
"""
FACTS_OF_ACCOUNT = """
LEFT JOIN businesses_business b ON b.id = a.business_id
LEFT JOIN LATERAL (
    SELECT * FROM badges_badge WHERE account_id = a.id
    ORDER BY status IN ('active', 'suspended') DESC, issued_at DESC, id DESC LIMIT 1
) g ON true
LEFT JOIN LATERAL (
    SELECT true AS proven FROM proofs_numberproof
    WHERE account_id = a.id AND number = a.number AND failed_at IS NULL LIMIT 1
) p ON true
"""
POLICY = """
SELECT version || ' ' || published_at AS key, to_jsonb(badges_displaypolicy) AS document
FROM badges_displaypolicy ORDER BY published_at DESC LIMIT 1
"""
# Each number is one descent of five B-trees: accounts by number, businesses by key, badges_of_an_account,
# one_standing_proof_per_number_and_method, one_change_per_number_and_event. The policy's columns travel only
# to a process that has not seen them: a published policy never changes.
_CARDS = f"""
SELECT asked.number, {FACTS.format(number="asked.number")},
       policy.key, CASE WHEN policy.key <> ALL (%s::text[]) THEN policy.document END
FROM unnest(%s::varchar[]) WITH ORDINALITY AS asked (number, place)
LEFT JOIN businesses_account a ON a.number = asked.number AND a.closed_at IS NULL
{FACTS_OF_ACCOUNT}
LEFT JOIN ({POLICY}) policy ON true
ORDER BY asked.place
"""  # noqa: S608  # constants
# The single look-up asks for its key and its card at once: one way to the database and back.
_KEY_AND_CARD = f"SELECT * FROM ({_CARDS}) card LEFT JOIN ({KEY}) api_key ON true"  # noqa: S608  # two constants
_MOST_POLICIES = 100  # to remember
_policies: dict[str, Policy] = {}


class Found(NamedTuple):
    """The rows in the order asked for; without a number there is no policy either."""

    rows: list[Row]
    policy: Policy | None
    as_of: datetime


def find(numbers: Sequence[str]) -> Found:
    """What is known of each number now. One query; raises NotAllowed: no policy was published yet."""
    if not numbers:
        return Found([], None, clock.now())
    known = dict(_policies)
    return _found(prepared.rows(_CARDS, [list(known), list(numbers)]), known)


def find_for_key(number: str, digest: bytes, scope: str) -> tuple[Found, ApiKey]:
    """The same of one number, for whoever holds the key of that digest; and the key.

    Raises Unauthenticated and Forbidden as the key deserves, before anything is told of the number.
    """
    known = dict(_policies)
    (columns,) = prepared.rows(_KEY_AND_CARD, [list(known), [number], digest])
    key = admit(columns[-KEY_COLUMNS:])
    require_scope(key, scope)
    return _found([columns[:-KEY_COLUMNS]], known), key


def _found(rows: Sequence[tuple[Any, ...]], known: dict[str, Policy]) -> Found:
    *_, key, document = rows[0]
    policy = known.get(key) or _remember(key, document)
    found = [Row(*columns[:-2]) for columns in rows]
    return Found(found, policy, found[0].as_of)


def _remember(key: str | None, document: dict[str, Any] | str | None) -> Policy:
    if key is None or document is None:
        raise NotAllowed("policy_missing")
    if len(_policies) >= _MOST_POLICIES:
        _policies.clear()
    policy = _policies[key] = Policy.of(json.loads(document) if isinstance(document, str) else document)
    return policy


def policy_in_force() -> dict[str, Any]:
    """Its columns. Raises NotAllowed: no policy was published yet."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT document FROM ({POLICY}) policy")  # noqa: S608  # a constant
        found = cursor.fetchone()
    if found is None:
        raise NotAllowed("policy_missing")
    document: dict[str, Any] = json.loads(found[0]) if isinstance(found[0], str) else found[0]
    return document


# A window of the journal at a time: a stretch that changed no card costs one page, not the journal's length.
_CHANGES = """
SELECT last.seq, statement_timestamp(), changed.seq, changed.policy, changed.numbers
FROM (SELECT coalesce(max(seq), 0) AS seq FROM audit_event) last
LEFT JOIN LATERAL (
    SELECT e.seq,
           CASE WHEN e.kind = 'policy.published' THEN e."on" END AS policy,
           array_agg(n.number::text ORDER BY n.number) FILTER (WHERE n.number IS NOT NULL) AS numbers
    FROM audit_event e LEFT JOIN audit_eventnumber n ON n.event_id = e.seq
    WHERE e.seq > %(after)s AND e.seq <= %(after)s + %(window)s
    GROUP BY e.seq
    HAVING e.kind = 'policy.published' OR count(n.number) > 0
    ORDER BY e.seq LIMIT %(page)s + 1
) changed ON true
ORDER BY changed.seq
"""
CHANGES_A_PAGE = 1_000
WINDOW = 10_000  # events


class Change(NamedTuple):
    seq: int
    policy: str | None
    numbers: list[str] | None


class Changes(NamedTuple):
    changes: list[Change]
    next: int
    more: bool
    as_of: datetime

    def document(self) -> dict[str, Any]:
        changes = [
            {"seq": seq, "numbers": numbers} if policy is None else {"seq": seq, "policy": policy}
            for seq, policy, numbers in self.changes
        ]
        return {"changes": changes, "next": self.next, "more": self.more}


def changes(after: int) -> Changes:
    """Which numbers' cards changed since `after`; none is ever left out, for `seq` is the commit order.

    Raises Invalid cursor_invalid: the journal does not reach that far.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"after": after, "window": WINDOW, "page": CHANGES_A_PAGE})
        found = cursor.fetchall()
    last, as_of = found[0][:2]
    if after > last:
        raise Invalid("cursor_invalid", problems=[Problem("cursor_invalid", params={"parameter": "after"})])
    changed = [Change(*columns) for _, _, *columns in found if columns[0] is not None]
    if len(changed) > CHANGES_A_PAGE:
        changed.pop()
        reached = changed[-1].seq
    else:
        reached = min(after + WINDOW, last)
    return Changes(changed, reached, reached < last, as_of)
