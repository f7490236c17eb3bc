"""What a member is called on the pages: by name, and by contact where an owner reads it."""

from django.utils.translation import gettext as _

from accounts.contacts.reading import Contact
from accounts.people.models import User


def contact_of(person: User) -> str:
    if person.phone:
        return Contact("phone", person.phone).shown
    return person.email or ""


def called(person: User, *, to_owner: bool) -> str:
    """Others than owners do not see a contact: it is what somebody signs in with."""
    contact = contact_of(person) if to_owner else ""
    if person.name and contact:
        return f"{person.name} ({contact})"
    return person.name or contact or _("A member without a name")
