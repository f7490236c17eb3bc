"""What may happen to businesses, accounts and numbers."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import Q
from phonenumbers import SUPPORTED_REGIONS

from accounts import clock, names
from accounts.audit import journal as audit
from accounts.businesses import lookalikes, numbers
from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.businesses.models import (
    Account,
    Bar,
    Business,
    BusinessKind,
    Membership,
    NumberDispute,
    NumberUse,
    ProtectedName,
)
from accounts.clients.models import ClientApp
from accounts.errors import Forbidden, Invalid, NotAllowed, Problem, Stale
from accounts.people.models import Language, User

FREE_FIELDS = frozenset({"about", "contact_purposes"})  # of an account; the others are reviewed

Row = TypeVar("Row", Business, Account, NumberDispute, Bar)


def locked(row: Row) -> Row:
    """The row as it is now, locked until the end of the transaction."""
    return type(row)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def require_revision(row: Business | Account, revision: int) -> None:
    """Raises Stale: somebody changed the row since it was read."""
    if row.revision != revision:
        raise Stale("stale")


def require_permission(by: User, permission: str) -> None:
    """Raises Forbidden. Services check this themselves: they are called from more than one place."""
    if not by.has_perm(permission):
        raise Forbidden("permission_missing")


# Fields, each checked in one place.


def check_country(country: str) -> str:
    if country not in SUPPORTED_REGIONS:
        raise Invalid("country_unknown", problems=[Problem("country_unknown", "/country")])
    return country


def check_category(category: str) -> str:
    if category not in Category.values:
        raise Invalid("category_unknown", problems=[Problem("category_unknown", "/category")])
    return category


def check_website(website: str, pointer: str = "/website") -> str:
    try:
        if website:
            URLValidator(schemes=["http", "https"])(website)
        if len(website) > 200:
            raise ValidationError("too long")
    except ValidationError as wrong:
        raise Invalid("website_invalid", problems=[Problem("website_invalid", pointer)]) from wrong
    return website


def check_about(about: str) -> str:
    if len(about) > ABOUT_LIMIT:
        raise Invalid("about_too_long", problems=[Problem("about_too_long", "/about")])
    return check_visible(about, "/about")


def check_contact_purposes(purposes: Iterable[str]) -> list[str]:
    """The known purposes, each once, in the order of the list (R8)."""
    wanted = set(purposes)
    if unknown := sorted(wanted - set(ContactPurpose.values)):
        problem = Problem("contact_purpose_unknown", "/contact_purposes", {"unknown": ", ".join(unknown)})
        raise Invalid("contact_purpose_unknown", problems=[problem])
    return [purpose for purpose in ContactPurpose.values if purpose in wanted]


def check_legal_name(legal_name: str) -> str:
    if not legal_name.strip():
        raise Invalid("legal_name_missing", problems=[Problem("legal_name_missing", "/legal_name")])
    return check_length(check_visible(legal_name.strip(), "/legal_name"), 160, "/legal_name")


def check_length(text: str, limit: int, pointer: str) -> str:
    if len(text) > limit:
        raise Invalid(
            "value_too_long", problems=[Problem("value_too_long", pointer, {"limit": limit})], limit=limit
        )
    return text


def check_visible(text: str, pointer: str) -> str:
    """PostgreSQL stores neither NUL nor lone surrogates, and nobody can read a control character."""
    if any(
        (ord(character) < 32 and character not in "\n\r\t") or "\ud800" <= character <= "\udfff"
        for character in text
    ):
        raise Invalid("hidden_characters", problems=[Problem("hidden_characters", pointer)])
    return text


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
) -> Business:
    if kind not in BusinessKind.values:
        raise Invalid("invalid", problems=[Problem("invalid", "/kind")])
    business = Business.objects.create(
        kind=kind,
        legal_name=check_legal_name(legal_name),
        registration_number=_registration(registration_number),
        country=check_country(country),
        client=client,
    )
    if owner is not None:
        Membership.objects.create(business=business, person=owner)
    audit.record("business.opened", on=business, by=by, data={"kind": kind, "country": country})
    return business


@audit.transaction
def change_business(business: Business, *, revision: int, by: audit.Actor, **changes: str) -> Business:
    """Correct the business's own facts. Once an account of it is approved, they are what was approved."""
    business = locked(business)
    require_revision(business, revision)
    checks = {"legal_name": check_legal_name, "registration_number": _registration, "country": check_country}
    _refuse_unknown(changes, checks)
    if business.accounts.exclude(confirmed_at=None).exists():
        raise NotAllowed("account_already_approved")
    for name, value in changes.items():
        setattr(business, name, checks[name](value))
    business.revision += 1
    business.save(update_fields=[*changes, "revision"])
    audit.record("business.changed", on=business, by=by, data={"fields": sorted(changes)})
    return business


def find_or_create_owner(contact: str, *, name: str = "", language: str = Language.INDONESIAN) -> User:
    """The person who signs in with this e-mail address or phone number.

    Raises Invalid: owner_contact_missing, owner_contact_invalid, owner_contact_is_staff.
    """
    field, value = contact_key(contact.strip())
    owner, _ = User.objects.get_or_create(
        **{field: value},
        defaults={
            "name": check_length(check_visible(name.strip(), "/owner/name"), 120, "/owner/name"),
            "language": language,
        },
    )
    if owner.is_staff:
        raise _contact_problem("owner_contact_is_staff")
    return owner


def contact_key(contact: str) -> tuple[str, str]:
    """The field of a person that a contact is, and its stored form: e-mail in lower case, phone in E.164.

    Raises Invalid: owner_contact_missing, owner_contact_invalid.
    """
    if not contact:
        raise _contact_problem("owner_contact_missing")
    if "@" in contact:
        try:
            validate_email(contact)
            check_visible(contact, "/owner/contact")
        except (ValidationError, Invalid) as wrong:
            raise _contact_problem("owner_contact_invalid") from wrong
        return "email", contact.lower()
    try:
        return "phone", numbers.parse(contact)
    except Invalid as wrong:
        raise _contact_problem("owner_contact_invalid") from wrong


def _contact_problem(code: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/owner/contact")])


def _registration(number: str) -> str:
    return check_length(check_visible(number.strip(), "/registration_number"), 40, "/registration_number")


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
        country=check_country(country or business.country),
        category=check_category(category),
        website=check_website(website),
        about=check_about(about),
        contact_purposes=check_contact_purposes(contact_purposes),
    )
    audit.record("account.opened", on=account, by=by, data={"business": business.pk})
    return account


@audit.transaction
def change_account(account: Account, *, revision: int, by: audit.Actor, **changes: Any) -> Account:
    """Change what is free within the rules: `about` and `contact_purposes` (R8). The rest needs an application."""
    account = locked(account)
    require_revision(account, revision)
    _refuse_unknown(changes, FREE_FIELDS)
    if account.closed_at:
        raise NotAllowed("account_closed")
    if "about" in changes:
        account.about = check_about(changes["about"])
    if "contact_purposes" in changes:
        account.contact_purposes = check_contact_purposes(changes["contact_purposes"])
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
        name=check_length(check_visible(names.normalise(name), "/name"), 75, "/name"),
        country=check_country(country),
        defaults={"category": check_category(category)},
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


# Numbers: R7.


def take_number(number: str, account: Account) -> None:
    """Make the number this account's. Called inside a transaction; one row a number makes it race-safe.

    Raises NotAllowed: number_taken, number_is_personal.
    """
    use = _hold(number, account=account)
    if use.declared_by_id:
        raise NotAllowed("number_is_personal")
    if use.account_id != account.pk:
        raise NotAllowed("number_taken")
    require_undisputed(account, number)


def _hold(number: str, **holder: Account | ClientApp) -> NumberUse:
    """The number's row, locked: whoever has it, or else the new holder."""
    while True:
        NumberUse.objects.bulk_create([NumberUse(number=number, **holder)], ignore_conflicts=True)
        use = NumberUse.objects.select_for_update().filter(number=number).first()
        if use is not None:  # its holder may have given it back between the two statements
            return use


def require_undisputed(account: Account, number: str) -> None:
    """A number that a client declared personal while an application held it is not approved before that is settled."""
    if account.number != number and account.disputes.filter(number=number, settled_at=None).exists():
        raise NotAllowed("number_is_personal")


def require_number(number: str, account: Account) -> None:
    """Raises NotAllowed number_taken: the account does not hold the number any more."""
    if not NumberUse.objects.filter(number=number, account=account).exists():
        raise NotAllowed("number_taken")
    require_undisputed(account, number)


def give_back_number(number: str, account: Account) -> None:
    """Free a number that was only applied for; the account's live number stays its own."""
    if number != account.number:
        NumberUse.objects.filter(number=number, account=account).delete()


def free_number(number: str, account: Account) -> None:
    """Free the number that an account moved away from."""
    NumberUse.objects.filter(number=number, account=account).delete()


@audit.transaction
def declare_personal(number: str, *, by: ClientApp) -> str:
    """A client platform says that a number is personal: "personal" at once, or "disputed" where an account has it.

    Raises NotAllowed number_declared_by_another.
    """
    numbers.require_e164(number)
    use = _hold(number, declared_by=by)
    if not use.account_id:
        if use.declared_by_id != by.pk:
            raise NotAllowed("number_declared_by_another")
        audit.record("number.declared_personal", on=by, by=by)
        return "personal"
    dispute, opened = NumberDispute.objects.get_or_create(
        account_id=use.account_id, number=number, client=by, settled_at=None
    )
    if opened:
        audit.record("number.disputed", on=dispute, by=by, data={"account": use.account_id})
    return "disputed"


@audit.transaction
def release_personal(number: str, *, by: ClientApp) -> None:
    """Take the declaration back; also one that became a dispute. Repeating it changes nothing.

    Raises NotAllowed number_declared_by_another.
    """
    numbers.require_e164(number)
    use = NumberUse.objects.select_for_update().filter(number=number, account=None).first()
    if use is not None and use.declared_by_id != by.pk:
        raise NotAllowed("number_declared_by_another")
    if use is not None:
        use.delete()
        audit.record("number.released", on=by, by=by)
    for dispute in NumberDispute.objects.select_for_update().filter(
        number=number, client=by, settled_at=None
    ):
        dispute.settled_at = clock.now()
        dispute.save(update_fields=["settled_at"])
        audit.record("number.dispute_withdrawn", on=dispute, by=by, data={"account": dispute.account_id})


@audit.transaction
def settle_dispute(dispute: NumberDispute, *, note: str, by: User) -> NumberDispute:
    """Close the case in the account's favour; against it, the reviewer suspends or revokes the badge."""
    require_permission(by, "businesses.settle_numberdispute")
    dispute = locked(dispute)
    if dispute.settled_at:
        raise NotAllowed("dispute_settled")
    if not note.strip():
        raise Invalid("reason_required", problems=[Problem("reason_required", "/note")])
    dispute.settled_at, dispute.settled_by, dispute.note = clock.now(), by, note
    dispute.save(update_fields=["settled_at", "settled_by", "note"])
    audit.record("number.dispute_settled", on=dispute, by=by, data={"account": dispute.account_id})
    return dispute


# Bars.


def bar(business: Business, *, reason: str, by: audit.Actor) -> Bar:
    """Close a business, its registration number and its owners to new applications."""
    standing, opened = Bar.objects.get_or_create(
        business=business,
        lifted_at=None,
        defaults={
            "registration_number": business.registration_number,
            "country": business.country,
            "reason": reason,
        },
    )
    if opened:
        standing.owners.set(business.members.all())
        audit.record("business.barred", on=business, by=by, data={"reason": reason})
    return standing


@audit.transaction
def lift_bar(standing: Bar, *, by: User) -> Bar:
    require_permission(by, "businesses.lift_bar")
    standing = locked(standing)
    if standing.lifted_at:
        raise NotAllowed("bar_lifted")
    standing.lifted_at, standing.lifted_by = clock.now(), by
    standing.save(update_fields=["lifted_at", "lifted_by"])
    audit.record("business.bar_lifted", on=standing.business, by=by)
    return standing


def require_not_barred(business: Business) -> None:
    """Raises NotAllowed business_barred: by itself, by its registration number, or by one of its people."""
    barred = Q(business=business) | Q(owners__in=business.members.all())
    if business.registration_number:
        barred |= Q(registration_number=business.registration_number, country=business.country)
    if Bar.objects.filter(barred, lifted_at=None).exists():
        raise NotAllowed("business_barred")
