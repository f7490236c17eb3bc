"""What an owner tells on the phone to be found: `7K3M-9Q2P`."""

import secrets

from django.db import IntegrityError, transaction

from accounts.verification.models import Application

# Crockford's base32: nothing that is misread, no I, L, O, U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HALF = 4  # characters on either side of the hyphen


def give(application: Application) -> None:
    """At its first submission; it is kept ever after."""
    while not application.reference:
        reference = fresh()
        try:
            with transaction.atomic():
                Application.objects.filter(pk=application.pk).update(reference=reference)
        except IntegrityError:  # one in a million million
            continue
        application.reference = reference


def fresh() -> str:
    halves = ["".join(secrets.choice(_ALPHABET) for _ in range(_HALF)) for _ in range(2)]
    return "-".join(halves)


def typed(text: str) -> str:
    """As it is kept, of what somebody writes down: in any case, with or without the hyphen, O and I for 0 and 1."""
    plain = text.upper().translate(str.maketrans("OIL", "011", " -"))
    return f"{plain[:_HALF]}-{plain[_HALF:]}"
