"""What is typed into the search of the queue."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet

from accounts import names
from accounts.businesses import numbers
from accounts.businesses.models import Account, Business
from accounts.errors import Invalid
from accounts.ids import SUFFIX_PATTERN
from accounts.verification import references
from accounts.verification.models import Application

Applications = QuerySet[Application]
LONGEST = 200  # characters that are read of what was typed
MOST_WORDS = 8
LEGAL_NAMES = (
    2_000  # that are followed to their applications: a word that more of them share finds nothing special
)


def search(queryset: Applications, typed: str) -> Applications:
    """By the id of an application, account or business, a reference, a number in any spelling, or words of a name."""
    typed = typed[:LONGEST].strip()
    if lookup := _id_lookup(typed):
        return queryset.filter(**{lookup: typed.lower()})
    told = queryset.filter(reference=references.as_kept(typed))
    if references.looks_like_one(typed) and told.exists():
        return told
    if number := _number(typed):
        return queryset.filter(number=number)
    if digits := _digits(typed):
        return queryset.filter(number__contains=digits)
    words = re.findall(r"\w+", names.normalise(typed))[:MOST_WORDS]
    return queryset.filter(pk__in=_named(words)) if words else queryset.none()


def _named(words: list[str]) -> Applications:
    """Display names and legal names with all of these words, or with words that begin so: one index for each."""
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
    businesses = Business.objects.annotate(words=SearchVector("legal_name", config="simple")).filter(
        words=query
    )
    accounts = Account.objects.filter(business__in=businesses.values("pk")[:LEGAL_NAMES])
    shown = Application.objects.annotate(words=SearchVector("display_name", config="simple")).filter(
        words=query
    )
    return shown.values("pk").union(Application.objects.filter(account__in=accounts).values("pk"), all=True)  # type: ignore[return-value]  # ids


def _digits(typed: str) -> str:
    """The digits of what can only be a part of a number, or one without its +; empty for anything else."""
    written = re.fullmatch(r"[+()\d\s./-]{4,}", typed, re.ASCII)
    return re.sub(r"\D", "", typed).lstrip("0") if written else ""


def _id_lookup(typed: str) -> str:
    """The look-up for a typed id, empty for anything else."""
    prefix, _, suffix = typed.lower().partition("_")
    by = {"app": "pk", "acc": "account", "biz": "account__business"}.get(prefix, "")
    return by if re.fullmatch(SUFFIX_PATTERN, suffix) else ""


def _number(typed: str) -> str:
    """E.164, where all of it is digits and what people put between them."""
    compact = re.sub(r"[\s().-]", "", typed)
    if numbers.is_e164(compact):
        return compact
    if not re.fullmatch(r"\+?[0-9]{7,18}", compact):
        return ""
    try:
        return numbers.parse(compact, country=numbers.HOME)
    except Invalid:
        return ""
