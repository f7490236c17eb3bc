"""What happened to a person is told to that person."""

from accounts.audit.journal import Happening
from accounts.messages import services as messages
from accounts.people.models import User


def tell_of_the_reset(happening: Happening) -> None:
    """Whose sign-in was reset hears of it, where there is an address: it may have been somebody else who asked."""
    person, by = User.objects.get(pk=happening.on), User.objects.get(pk=happening.by)
    if person.email or person.phone:
        messages.send("sign_in_reset", to=person, about=person, by=by)
