"""The public directory: the accounts whose cards have a tier now, said so that the database can page."""

import re

import django_filters  # type: ignore[import-untyped]  # has no stubs
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.validators import RegexValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django_filters.rest_framework import FilterSet  # type: ignore[import-untyped]  # has no stubs
from drf_spectacular.utils import extend_schema_field

from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.businesses.lists import Category
from accounts.businesses.models import Account
from accounts.clients.lists import Ordering
from accounts.proofs.models import NumberProof

COUNTRY = "^[A-Z]{2}$"
SEARCH_LIMIT = 75  # characters: what a display name can have
ORDERINGS = {
    "name": Ordering("live_name"),
    "-name": Ordering("live_name", descending=True),
    "since": Ordering("confirmed_at"),
    "-since": Ordering("confirmed_at", descending=True),
}


def listed() -> QuerySet[Account]:
    """Accounts with the tier `verified` or `confirmed`."""
    return _approved().filter(_VERIFIED | _CONFIRMED)


def _approved() -> QuerySet[Account]:
    return Account.objects.filter(confirmed_at__isnull=False, closed_at=None, number__isnull=False)


_badges = Badge.objects.filter(account=OuterRef("pk"))
_VERIFIED = Q(Exists(_badges.filter(status=BadgeStatus.ACTIVE, expires_at__gt=Now())))
_PROVEN = Q(Exists(NumberProof.objects.standing().filter(account=OuterRef("pk"), number=OuterRef("number"))))
# As in accounts.badges.cards: a suspended badge takes the tier away, so does one withdrawn and not made good.
_WITHDRAWN = Q(Exists(_badges.filter(status=BadgeStatus.SUSPENDED))) | Q(
    Exists(
        _badges.filter(
            Q(status=BadgeStatus.REVOKED) | Q(status=BadgeStatus.EXPIRED, suspended_at__isnull=False),
            ended_at__gt=OuterRef("confirmed_at"),
        )
    )
)
_CONFIRMED = ~_VERIFIED & _PROVEN & ~_WITHDRAWN


class DirectoryFilter(FilterSet):  # type: ignore[misc]  # untyped, as above
    search = extend_schema_field({"type": "string", "minLength": 1, "maxLength": SEARCH_LIMIT})(
        django_filters.CharFilter(
            method="by_words",
            max_length=SEARCH_LIMIT,
            help_text="Words of the display name, or their beginnings.",
        )
    )
    category = django_filters.ChoiceFilter(choices=Category.choices)
    country = extend_schema_field({"type": "string", "pattern": COUNTRY})(
        django_filters.CharFilter(
            validators=[RegexValidator(COUNTRY, code="country_unknown")], help_text="ISO 3166-1, two letters."
        )
    )
    tier = django_filters.ChoiceFilter(method="by_tier", choices=Tier.choices)

    class Meta:
        model = Account
        fields: list[str] = []

    def by_words(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        words = re.findall(r"\w+", value)
        if not words:
            return accounts.none()
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
        return accounts.annotate(words=SearchVector("live_name", config="simple")).filter(words=query)

    def by_tier(self, accounts: QuerySet[Account], name: str, value: str) -> QuerySet[Account]:
        return accounts.filter(_VERIFIED if value == Tier.VERIFIED else _CONFIRMED)
