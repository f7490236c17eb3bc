"""What an owner tells on the phone to be found: `7K3M-9Q2P`."""

import re
import secrets

from django.db import IntegrityError, transaction

from accounts.verification.models import Application

# Crockford's base32: nothing that is misread, no I, L, O, U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HALF = 4  # characters on either side of the hyphen
_MISREAD = str.maketrans("OIL", "011", " -")


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


def looks_like_one(typed: str) -> bool:
    return re.fullmatch(f"[{_ALPHABET}]{{{_HALF}}}-[{_ALPHABET}]{{{_HALF}}}", as_kept(typed)) is not None


def as_kept(typed: str) -> str:
    """Of what somebody wrote down on the phone: in any case, with or without the hyphen, O and I for 0 and 1."""
    plain = typed.upper().translate(_MISREAD)
    return f"{plain[:_HALF]}-{plain[_HALF:]}"
