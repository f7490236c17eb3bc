"""A trader without papers: that there are none, and who knows the business instead."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks, numbers
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.verification.models import Application, Kind, Status, TradeReference
from accounts.verification.transitions import lock


@audit.transaction
def go_without(application: Application, without: bool, *, by: audit.Actor) -> Application:
    """Say that the business has no papers, or that it has some after all. Raises NotAllowed wrong_status."""
    application = _changeable(application)
    if application.without_papers != without:
        application.without_papers = without
        _changed(application, "without_papers", by=by)
    return application


@audit.transaction
def refer_to(
    application: Application, *, name: str, contact: str, relation: str, by: audit.Actor
) -> TradeReference:
    """Name somebody who does business with the applicant; one that was named before is replaced.

    Raises Invalid: required, hidden_characters, value_too_long, reference_contact_invalid,
    reference_is_the_applicant; NotAllowed wrong_status.
    """
    application = _changeable(application)
    name, relation = name.strip(), relation.strip()
    facts = {
        "name": checks.length(checks.visible(name, "/trade_reference/name"), 120, "/trade_reference/name"),
        "contact": _contact(contact.strip(), application),
        "relation": checks.length(
            checks.visible(relation, "/trade_reference/relation"), 200, "/trade_reference/relation"
        ),
    }
    if not name:
        raise Invalid("required", problems=[Problem("required", "/trade_reference/name")])
    reference, _ = TradeReference.objects.update_or_create(application=application, defaults=facts)
    _changed(application, "trade_reference", by=by)
    return reference


def _changeable(application: Application) -> Application:
    application = lock(application)
    if application.kind != Kind.NEW or application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        raise NotAllowed("wrong_status", action="change", status=application.status)
    return application


def _changed(application: Application, field: str, *, by: audit.Actor) -> None:
    application.revision += 1
    application.changed_at = clock.now()
    application.save(update_fields=["without_papers", "revision", "changed_at"])
    audit.record("application.changed", on=application, by=by, data={"fields": [field]})


def _contact(contact: str, application: Application) -> str:
    """An e-mail address, or a number in E.164; nobody vouches for themselves."""
    try:
        if "@" in contact:
            validate_email(checks.length(contact, 254, "/trade_reference/contact"))
            value = contact.lower()
        else:
            value = numbers.parse(contact, country=application.account.country)
    except (ValidationError, Invalid) as wrong:
        raise _problem("reference_contact_invalid") from wrong
    members = application.account.business.members
    if (
        value == application.number
        or members.filter(**{"email" if "@" in value else "phone": value}).exists()
    ):
        raise _problem("reference_is_the_applicant")
    return value


def _problem(code: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/trade_reference/contact")])
