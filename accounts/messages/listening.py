"""What happened to a person is told to that person."""

from accounts.audit.journal import SYSTEM, Happening
from accounts.messages import services as messages
from accounts.people.models import User


def tell_of_the_reset(happening: Happening) -> None:
    """Whose sign-in was reset hears of it, where there is an address: it may have been somebody else who asked."""
    _tell("sign_in_reset", happening)


def tell_of_the_password(happening: Happening) -> None:
    """As of a reset."""
    _tell("password_set", happening)


def tell_of_the_address(happening: Happening) -> None:
    """At the old one: the row is written after this. Or a reset could be kept from them by changing it first."""
    if "email" in happening.data["fields"]:
        _tell("address_changed", happening)


def _tell(template: str, happening: Happening) -> None:
    person = User.objects.get(pk=happening.on)
    if person.email or person.phone:
        by = SYSTEM if happening.by == SYSTEM.pk else User.objects.get(pk=happening.by)
        messages.send(template, to=person, about=person, by=by)
