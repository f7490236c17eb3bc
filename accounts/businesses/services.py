"""What may happen to businesses and accounts."""

from collections.abc import Iterable
from typing import Any, TypeVar

from accounts import clock, names
from accounts.audit import journal as audit
from accounts.businesses import checks, lookalikes
from accounts.businesses.models import (
    Account,
    Bar,
    Business,
    Membership,
    NumberDispute,
    NumberUse,
    ProtectedName,
)
from accounts.clients.models import ClientApp
from accounts.errors import Forbidden, Invalid, NotAllowed, Problem, Stale
from accounts.people import languages
from accounts.people.models import User
from accounts.people.services import require_permission

FREE_FIELDS = frozenset({"about", "contact_purposes"})  # of an account; the others are reviewed

Row = TypeVar("Row", Business, Account, NumberDispute, Bar)


def locked(row: Row) -> Row:
    """The row as it is now, locked until the end of the transaction."""
    return type(row)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def require_revision(row: Business | Account, revision: int) -> None:
    """Raises Stale: somebody changed the row since it was read."""
    if row.revision != revision:
        raise Stale("stale")


def require_outsider(business_id: str, *, by: User) -> None:
    """Raises Forbidden own_business: nobody does their own business a favour."""
    if Membership.objects.filter(business=business_id, person=by).exists():
        raise Forbidden("own_business")


# Businesses and their people.


@audit.transaction
def open_business(
    *,
    kind: str,
    legal_name: str,
    country: str,
    by: audit.Actor,
    registration_number: str = "",
    owner: User | None = None,
    client: ClientApp | None = None,
    draft: bool = False,
) -> Business:
    """`draft`: the legal name comes later; until then nothing about the business can be sent."""
    business = Business.objects.create(
        kind=checks.business_kind(kind),
        legal_name=legal_name if draft and not legal_name else checks.legal_name(legal_name),
        registration_number=_registration(registration_number),
        country=checks.country(country),
        client=client,
    )
    if owner is not None:
        Membership.objects.create(business=business, person=owner)
    audit.record("business.opened", on=business, by=by, data={"kind": kind, "country": country})
    return business


@audit.transaction
def change_business(business: Business, *, revision: int, by: audit.Actor, **changes: str) -> Business:
    """Correct the business's own facts. Once an account of it is approved, they are what was approved.

    Raises NotAllowed account_already_approved, and what listeners to `business.changed` refuse.
    """
    business = locked(business)
    require_revision(business, revision)
    rules = {
        "kind": checks.business_kind,
        "legal_name": checks.legal_name,
        "registration_number": _registration,
        "country": checks.country,
    }
    _refuse_unknown(changes, rules)
    if business.accounts.exclude(live_name=None).exists():
        raise NotAllowed("account_already_approved")
    for name, value in changes.items():
        setattr(business, name, rules[name](value))
    business.revision += 1
    business.save(update_fields=[*changes, "revision"])
    audit.record("business.changed", on=business, by=by, data={"fields": sorted(changes)})
    return business


def find_or_create_owner(contact: str, *, name: str = "", language: str = languages.INDONESIAN) -> User:
    """The person who signs in with this e-mail address or phone number.

    Raises Invalid: owner_contact_missing, owner_contact_invalid.
    """
    field, value = checks.contact_key(contact.strip())
    owner, _ = User.objects.get_or_create(
        **{field: value},
        defaults={
            "name": checks.length(checks.visible(name.strip(), "/owner/name"), 120, "/owner/name"),
            "language": language,
        },
    )
    if (
        owner.is_staff
    ):  # said in the words of any other contact that won't do: nobody learns who is on the staff
        raise checks.contact_problem("owner_contact_invalid")
    return owner


def _registration(number: str) -> str:
    return checks.length(checks.visible(number.strip(), "/registration_number"), 40, "/registration_number")


def _refuse_unknown(changes: dict[str, Any], known: Iterable[str]) -> None:
    if refused := sorted(set(changes) - set(known)):
        raise Invalid(
            "field_read_only", problems=[Problem("field_read_only", f"/{name}") for name in refused]
        )


# Accounts.


@audit.transaction
def open_account(
    business: Business,
    *,
    category: str,
    by: audit.Actor,
    country: str = "",
    website: str = "",
    about: str = "",
    contact_purposes: Iterable[str] = (),
) -> Account:
    account = Account.objects.create(
        business=business,
        country=checks.country(country or business.country),
        category=checks.category(category),
        website=checks.website(website),
        about=checks.about(about),
        contact_purposes=checks.contact_purposes(contact_purposes),
    )
    audit.record("account.opened", on=account, by=by, data={"business": business.pk})
    return account


@audit.transaction
def change_account(account: Account, *, revision: int, by: audit.Actor, **changes: Any) -> Account:
    """Change what is free within the rules: `about` and `contact_purposes` (R8). The rest needs an application.

    The country too, before anything was approved.
    """
    account = locked(account)
    require_revision(account, revision)
    _refuse_unknown(changes, FREE_FIELDS if account.live_name else FREE_FIELDS | {"country"})
    if account.closed_at:
        raise NotAllowed("account_closed")
    if "country" in changes:
        account.country = checks.country(changes["country"])
    if "about" in changes:
        account.about = checks.about(changes["about"])
    if "contact_purposes" in changes:
        account.contact_purposes = checks.contact_purposes(changes["contact_purposes"])
        if not account.contact_purposes:  # what the account writes about is part of what was approved (R8)
            raise Invalid(
                "contact_purposes_missing",
                problems=[Problem("contact_purposes_missing", "/contact_purposes")],
            )
    account.revision += 1
    account.save(update_fields=[*changes, "revision"])
    audit.record(
        "account.changed", on=account, by=by, data={"fields": sorted(changes)}, numbers=[account.number]
    )
    return account


@audit.transaction
def close_account(account: Account, *, by: audit.Actor) -> Account:
    """Close for good: the number is free again, the card says nothing. Listeners end what stands above."""
    account = locked(account)
    if account.closed_at:
        raise NotAllowed("account_closed")
    number = account.number
    # Before the account's row: a declaration holds the number's row and waits for the account's.
    NumberUse.objects.filter(account=account).delete()
    account.closed_at = clock.now()
    account.number = account.live_name = account.confirmed_at = None
    account.save(update_fields=["closed_at", "number", "live_name", "confirmed_at"])
    lookalikes.index_account(account)
    audit.record("account.closed", on=account, by=by, numbers=[number])
    return account


@audit.transaction
def protect_name(account: Account, protected: bool, *, by: User) -> Account:
    """Have look-alikes of a live account's name call for four eyes, or no longer."""
    require_permission(by, "businesses.protect_account_name")
    account = locked(account)
    require_outsider(account.business_id, by=by)
    if account.live_name is None:
        raise NotAllowed("account_not_live")
    account.name_protected = protected
    account.save(update_fields=["name_protected"])
    lookalikes.index_account(account)
    audit.record("account.name_protected" if protected else "account.name_unprotected", on=account, by=by)
    return account


@audit.transaction
def protect(name: str, *, category: str, country: str, by: audit.Actor) -> ProtectedName:
    """Guard a name: its look-alikes call for four eyes. One that is guarded already stays as it is."""
    if isinstance(by, User):
        require_permission(by, "businesses.add_protectedname")
    guarded, added = ProtectedName.objects.get_or_create(
        name=checks.length(checks.visible(names.normalise(name), "/name"), 75, "/name"),
        country=checks.country(country),
        defaults={"category": checks.category(category)},
    )
    if added:
        lookalikes.index_protected(guarded)
        audit.record("name.protected", on=guarded, by=by, data={"name": guarded.name})
    return guarded


@audit.transaction
def unprotect(guarded: ProtectedName, *, by: User) -> None:
    require_permission(by, "businesses.delete_protectedname")
    audit.record("name.unprotected", on=guarded, by=by, data={"name": guarded.name})
    guarded.delete()
