"""The staff's second factors: apps and passkeys, and the recovery codes that stand in for them."""

import secrets

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import journal as audit
from accounts.errors import Forbidden, NotAllowed
from accounts.people import sealing
from accounts.people.models import User
from accounts.people.second_factor import FACTORS
from accounts.people.services import give_password, locked_staff, require_another, require_permission

LAST_STEP = "last_step"  # of a code's clock: where an authenticator keeps which code was used last


def with_right_code(person: User, code: str) -> Authenticator | None:
    """The app or the recovery codes that this code is of. It is used up: whoever saw it can't use it again."""
    with transaction.atomic():
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
        for factor in (
            Authenticator.objects.select_for_update().filter(user=person, type__in=kinds).order_by("-type")
        ):
            if factor.type == Authenticator.Type.TOTP and _use(factor, code):
                return factor
            if factor.type == Authenticator.Type.RECOVERY_CODES and factor.wrap().validate_code(code):
                return factor
    return None


def _use(app: Authenticator, code: str) -> bool:
    """Steps go up only (RFC 6238, 5.2). allauth remembers used codes in a process's memory; there are several."""
    secret = sealing.unseal(app.data["secret"])
    for step in yield_hotp_counters_from_time():
        right = compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
        if right and step > app.data.get(LAST_STEP, 0):
            app.data[LAST_STEP] = step
            app.save(update_fields=["data"])
            return True
    return False


@audit.transaction
def set_up_app(person: User, secret: str, *, by: audit.Actor) -> Authenticator:
    """`secret` is base32, as apps take it."""
    app = TOTP.activate(locked_staff(person), secret).instance
    note_added(app, by=by)
    return app


def note_added(factor: Authenticator, *, by: audit.Actor) -> None:
    """In the transaction that added it."""
    audit.record("person.factor_added", on=factor.user, by=by, data={"kind": factor.type})


@audit.transaction
def make_recovery_codes(person: User, *, by: audit.Actor) -> list[str]:
    """New ones; the old ones end. Raises NotAllowed: there is no factor that they could stand in for."""
    person = locked_staff(person)
    if not Authenticator.objects.filter(user=person, type__in=FACTORS).exists():
        raise NotAllowed("no_second_factor")
    Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(person)
    audit.record("person.recovery_codes_made", on=person, by=by)
    return list(codes.generate_codes())


@audit.transaction
def remove(factor: Authenticator, *, by: User) -> None:
    """Raises Forbidden: somebody else's; NotAllowed: the last one. An operator resets somebody's sign-in instead."""
    person = locked_staff(by)
    if factor.user_id != person.pk:
        raise Forbidden("permission_missing")
    if not others(factor).exists():
        raise NotAllowed("last_factor")
    audit.record("person.factor_removed", on=person, by=by, data={"kind": factor.type})
    factor.delete()


def others(factor: Authenticator) -> QuerySet[Authenticator]:
    """Of the same person."""
    same: QuerySet[Authenticator] = Authenticator.objects.filter(user=factor.user_id, type__in=FACTORS)
    return same.exclude(pk=factor.pk)


@audit.transaction
def reset_sign_in(person: User, *, by: User) -> str:
    """A password for one sign-in; all factors and recovery codes go, and with the old password all sessions end.

    Raises Forbidden: one's own, or no permission.
    """
    person = locked_staff(person)
    require_permission(by, "people.change_user")
    require_another(person, by)
    password = secrets.token_urlsafe(15)
    give_password(person, password, temporary=True)
    Authenticator.objects.filter(user=person).delete()
    audit.record("person.sign_in_reset", on=person, by=by)
    return password
