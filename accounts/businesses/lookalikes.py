"""Which live or protected names a name resembles. Candidates come from one B-tree of one-deletion keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from rapidfuzz.distance import JaroWinkler

from accounts import names
from accounts.businesses.models import Account, NameKey, ProtectedName
from accounts.text import Text

CANDIDATES = 200  # names read for one question; far more than a name has look-alikes


@dataclass(frozen=True)
class LookAlike:
    """`on` is the account's id, or "protected"; `similarity` (Jaro-Winkler) only orders the list."""

    name: str
    on: str
    country: str
    protected: bool
    why: Text
    similarity: float


def of(name: str, *, besides: Account | None = None, limit: int = 20) -> list[LookAlike]:
    """The names that `name` resembles, protected ones first, then the most similar.

    `besides` is the account that asks: its own live name is not its look-alike.
    """
    keys = sorted(names.keys(name))
    if not keys:
        return []
    found = list(_protected(name, keys)) + list(_live(name, keys, besides))
    found.sort(key=lambda alike: (not alike.protected, -alike.similarity, alike.name))
    return found[:limit]


def of_many(wanted: Sequence[str]) -> dict[str, list[LookAlike]]:
    """Look-alikes of many names at once: one question finds which of them share a key with a known name at all."""
    keys = {name: names.keys(name) for name in set(wanted)}
    every = set().union(*keys.values()) if keys else set()
    shared = set(NameKey.objects.filter(key__in=every).values_list("key", flat=True))
    return {name: of(name) for name, own in keys.items() if own & shared}


def _protected(name: str, keys: list[int]) -> Iterable[LookAlike]:
    holders = NameKey.objects.filter(key__in=keys, protected_name__isnull=False).values("protected_name")
    for guarded in ProtectedName.objects.filter(pk__in=holders)[:CANDIDATES]:
        why = names.resemblance(name, guarded.name)
        if why is not None:
            yield LookAlike(
                guarded.name, "protected", guarded.country, True, why.why, _similarity(name, guarded.name)
            )


def _live(name: str, keys: list[int], besides: Account | None) -> Iterable[LookAlike]:
    holders = NameKey.objects.filter(key__in=keys, account__isnull=False).values("account")
    accounts = Account.objects.filter(Q(pk__in=holders), live_name__isnull=False, closed_at=None)
    if besides is not None:
        accounts = accounts.exclude(pk=besides.pk)
    for account in accounts.order_by("-name_protected")[:CANDIDATES]:
        assert account.live_name is not None
        why = names.resemblance(name, account.live_name)
        if why is not None:
            yield LookAlike(
                account.live_name,
                account.pk,
                account.country,
                account.name_protected,
                why.why,
                _similarity(name, account.live_name),
            )


def _similarity(name: str, other: str) -> float:
    return JaroWinkler.normalized_similarity(name.casefold(), other.casefold())


def index_account(account: Account) -> None:
    """Make the index say what the account's live name is now, or that it has none."""
    NameKey.objects.filter(account=account).delete()
    if account.live_name is not None:
        NameKey.objects.bulk_create(
            [NameKey(key=key, account=account) for key in names.keys(account.live_name)]
        )


def index_protected(guarded: ProtectedName) -> None:
    NameKey.objects.filter(protected_name=guarded).delete()
    NameKey.objects.bulk_create(
        [NameKey(key=key, protected_name=guarded) for key in names.keys(guarded.name)]
    )
