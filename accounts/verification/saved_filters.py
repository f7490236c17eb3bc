"""Views of the queue that somebody comes back to: the address's query under a name, for its owner alone."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.contrib.admin.views.main import SEARCH_VAR
from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import Invalid, NotAllowed, NotFound, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.models import SavedFilter

FILTERS_A_PERSON = 20
# What an address of the queue may carry; everything else is left out.
PARAMETERS = (
    "desk",
    SEARCH_VAR,
    "status__exact",
    "kind__exact",
    "category__exact",
    "cohort__id__exact",
    "four_eyes",
    "tag",
)


def of(person: User) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.filter(person=person)


def known(pairs: Iterable[tuple[str, str]]) -> str:
    """The query string with what the queue knows, each once, in one order."""
    given = {name: value for name, value in pairs if name in PARAMETERS and value and "\0" not in value}
    return urlencode([(name, given[name]) for name in PARAMETERS if name in given])


@transaction.atomic
def save(name: str, query: str, *, by: User) -> SavedFilter:
    """Under a name that exists, the new query takes the old one's place.

    Raises Invalid: no name, or one that is too long; NotAllowed filters_used_up; Forbidden permission_missing.
    """
    require_permission(by, "verification.view_application")
    name, query = " ".join(name.split()), known(parse_qsl(query))
    if not name or not name.isprintable():
        raise Invalid("required", problems=[Problem("required", "/name")])
    for value, limit, pointer in ((name, 40, "/name"), (query, 400, "/query")):
        if len(value) > limit:
            raise Invalid("invalid", problems=[Problem("value_too_long", pointer, {"limit": limit})])
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two of one person are counted in turn
    if not of(by).filter(name=name).exists() and of(by).count() >= FILTERS_A_PERSON:
        raise NotAllowed("filters_used_up", limit=FILTERS_A_PERSON)
    return SavedFilter.objects.update_or_create(person=by, name=name, defaults={"query": query})[0]


def delete(key: str, *, by: User) -> None:
    """Raises NotFound: no filter of this person's."""
    if not key.isascii() or not key.isdigit() or len(key) > 18 or not of(by).filter(pk=int(key)).delete()[0]:
        raise NotFound("not_found")
