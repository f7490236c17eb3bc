"""Which live or protected names a name resembles. Candidates come from two B-trees of one-deletion keys."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from rapidfuzz.distance import JaroWinkler

from accounts import ids, names
from accounts.businesses.models import Account, NameKey, ProtectedName
from accounts.names import Resemblance
from accounts.text import Text

# Namesakes read for one key: "Warung Bu Siti" has thousands, and a reviewer is shown a handful.
ORDINARY_A_KEY = 50

# Index scans alone: name_keys stops at the limit, and each account it leads to is one step of the primary key.
# The accounts are told apart before they are read: one namesake shares all the dozens of keys of a name. OFFSET 0
# keeps the steps in this order, where the planner might read all accounts for the few hundred names of an import.
_ORDINARY = """
SELECT candidate.place, a.id, a.live_name, a.country
FROM (
    SELECT DISTINCT wanted.place, held.account_id
    FROM unnest(%(places)s::int[], %(keys)s::bigint[]) AS wanted (place, key)
    CROSS JOIN LATERAL (
        SELECT account_id FROM businesses_namekey k WHERE k.key = wanted.key AND NOT k.guarded LIMIT %(most)s
    ) held
) candidate
CROSS JOIN LATERAL (
    SELECT id, live_name, country FROM businesses_account WHERE id = candidate.account_id OFFSET 0
) a
WHERE a.live_name IS NOT NULL
"""
# Every one of them, whatever their number: an index of their own, so that no crowd stands before them.
_GUARDED = """
SELECT DISTINCT wanted.place, a.id, coalesce(a.live_name, p.name), coalesce(a.country, p.country)
FROM unnest(%(places)s::int[], %(keys)s::bigint[]) AS wanted (place, key)
JOIN businesses_namekey k ON k.key = wanted.key AND k.guarded
LEFT JOIN businesses_account a ON a.id = k.account_id
LEFT JOIN businesses_protectedname p ON p.id = k.protected_name_id
WHERE coalesce(a.live_name, p.name) IS NOT NULL
"""


@dataclass(frozen=True)
class LookAlike:
    """`on` is the account's id, or "protected"; `similarity` (Jaro-Winkler) only orders the list."""

    name: str
    on: str
    country: str
    protected: bool
    why: Text
    similarity: float


class _Candidate(NamedTuple):
    """Shares a key; whether it resembles is another question. `account` is None for a name of the staff's list."""

    account: uuid.UUID | None
    name: str
    country: str
    protected: bool


def of(name: str, *, besides: Account | None = None, limit: int = 20) -> list[LookAlike]:
    """The names that `name` resembles, protected ones first, then the most similar.

    `besides` is the account that asks: its own live name is not its look-alike.
    """
    found = of_many([name]).get(name, [])
    return [alike for alike in found if besides is None or alike.on != besides.pk][:limit]


def of_many(wanted: Sequence[str]) -> dict[str, list[LookAlike]]:
    """The look-alikes of many names, by two queries; a name that has none is not in it."""
    distinct = list(dict.fromkeys(wanted))
    found = {}
    for place, candidates in _candidates(distinct).items():
        if alike := _resembled(distinct[place], candidates):
            found[distinct[place]] = alike
    return found


def _candidates(wanted: Sequence[str]) -> dict[int, list[_Candidate]]:
    """By the name's place in `wanted`."""
    keys = [(place, key) for place, name in enumerate(wanted) for key in names.keys(name)]
    asked: dict[str, list[int] | int] = {
        "places": [place for place, _ in keys],
        "keys": [key for _, key in keys],
        "most": ORDINARY_A_KEY,
    }
    found = defaultdict(list)
    with connection.cursor() as cursor:
        for statement, protected in ((_GUARDED, True), (_ORDINARY, False)):
            cursor.execute(statement, asked)
            for place, account, name, country in cursor.fetchall():
                found[place].append(_Candidate(account, name, country, protected))
    return found


def _resembled(name: str, candidates: Collection[_Candidate]) -> list[LookAlike]:
    """Each distinct name is compared once: namesakes resemble it or not together."""
    why: dict[str, Resemblance | None] = {
        other: names.resemblance(name, other) for other in {candidate.name for candidate in candidates}
    }
    found = [
        LookAlike(
            name=candidate.name,
            on="protected" if candidate.account is None else ids.to_text("acc", candidate.account),
            country=candidate.country,
            protected=candidate.protected,
            why=resemblance.why,
            similarity=_similarity(name, candidate.name),
        )
        for candidate in candidates
        if (resemblance := why[candidate.name]) is not None
    ]
    return sorted(found, key=lambda alike: (not alike.protected, -alike.similarity, alike.name, alike.on))


def _similarity(name: str, other: str) -> float:
    return JaroWinkler.normalized_similarity(name.casefold(), other.casefold())


def index_account(account: Account) -> None:
    """Make the index say what the account's live name is now and whether it is protected, or that it has none."""
    NameKey.objects.filter(account=account).delete()
    if account.live_name is not None:
        NameKey.objects.bulk_create(
            [
                NameKey(key=key, account=account, guarded=account.name_protected)
                for key in names.keys(account.live_name)
            ]
        )


def index_protected(guarded: ProtectedName) -> None:
    NameKey.objects.filter(protected_name=guarded).delete()
    NameKey.objects.bulk_create(
        [NameKey(key=key, protected_name=guarded, guarded=True) for key in names.keys(guarded.name)]
    )
