"""Who is on the staff. Owners come with their businesses, in `accounts.businesses`."""

from django.db import IntegrityError, transaction

from accounts.audit import journal as audit
from accounts.errors import Forbidden, Invalid, NotFound, Problem
from accounts.people import languages
from accounts.people.models import User
from accounts.people.roles import Role

STAFF_ROLES = [role for role in Role if role != Role.OWNER]


def require_permission(by: User, permission: str) -> None:
    """Raises Forbidden. Services check this themselves: they are called from more than one place."""
    if not by.has_perm(permission):
        raise Forbidden("permission_missing")


@audit.transaction
def create_staff(
    username: str,
    password: str,
    *,
    role: str,
    name: str = "",
    language: str = languages.INDONESIAN,
    email: str | None = None,
    by: audit.Actor,
) -> User:
    """The password has been judged already: the form does it, or a generator needs no judging.

    One that somebody else of the staff chose is for one sign-in. Raises Invalid: no role of the staff, or a
    username or e-mail address that is taken.
    """
    person = User(username=username, name=name, role=_known(role), language=language, email=email or None)
    person.set_password(password)
    person.password_is_temporary = isinstance(by, User)
    _save(person, force_insert=True)
    audit.record("person.created", on=person, by=by, data={"role": person.role})
    return person


@audit.transaction
def change_staff(
    person: User, *, name: str, role: str, language: str, email: str | None, by: audit.Actor
) -> User:
    """Raises Forbidden: one's own role; Invalid: no role of the staff, or an e-mail address that is taken."""
    person = locked_staff(person)
    wanted = {"name": name, "role": _known(role), "language": language, "email": email or None}
    changed = [field for field, value in wanted.items() if getattr(person, field) != value]
    if "role" in changed:
        require_another(person, by)
    if changed:
        for field in changed:
            setattr(person, field, wanted[field])
        # The address last: whoever listens finds the role that counts from now on, and still the old address.
        _save(person, update_fields=[field for field in changed if field != "email"])
        audit.record("person.changed", on=person, by=by, data={"fields": changed, "role": person.role})
        _save(person, update_fields=[field for field in changed if field == "email"])
    return person


@audit.transaction
def choose_language(person: User, language: str) -> User:
    """In which a person reads the pages, and is written to. Raises Invalid: locale_unknown."""
    if language not in languages.codes():
        raise Invalid("invalid", problems=[Problem("locale_unknown", "/language")])
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])
        role = {"role": person.role} if person.is_staff else {}
        audit.record("person.changed", on=person, by=person, data={"fields": ["language"], **role})
    return person


@audit.transaction
def disable_staff(person: User, *, by: audit.Actor) -> User:
    """Their sessions end with the next click. Raises Forbidden: oneself."""
    return _let_in(person, False, by=by)


@audit.transaction
def enable_staff(person: User, *, by: audit.Actor) -> User:
    """Raises Forbidden: oneself."""
    return _let_in(person, True, by=by)


@audit.transaction
def set_password(person: User, password: str, *, by: audit.Actor) -> User:
    """For one sign-in: two know it. All sessions end with it: a session is signed with the password's hash."""
    person = locked_staff(person)
    give_password(person, password, temporary=isinstance(by, User))
    audit.record("person.password_set", on=person, by=by)
    return person


@audit.transaction
def change_own_password(person: User, password: str) -> User:
    """The password has been judged already. Sessions other than the one that asks end with it."""
    person = locked_staff(person)
    give_password(person, password, temporary=False)
    audit.record("person.password_changed", on=person, by=person)
    return person


def give_password(person: User, password: str, *, temporary: bool) -> None:
    """To a locked row; whoever asks for it notes the event."""
    person.set_password(password)
    person.password_is_temporary = temporary
    person.save(update_fields=["password", "password_is_temporary"])


def _let_in(person: User, allowed: bool, *, by: audit.Actor) -> User:
    person = locked_staff(person)
    require_another(person, by)
    if person.is_active != allowed:
        person.is_active = allowed
        person.save(update_fields=["is_active"])
        audit.record("person.enabled" if allowed else "person.disabled", on=person, by=by)
    return person


def locked_staff(person: User) -> User:
    """Raises NotFound: no member of the staff."""
    staff = User.objects.select_for_update().exclude(role=Role.OWNER)
    try:
        return staff.get(pk=person.pk)
    except User.DoesNotExist:
        raise NotFound("not_found") from None


def require_another(person: User, by: audit.Actor) -> None:
    """Raises Forbidden: nobody does this to themself."""
    # An operator who could make himself a reviewer would decide on his own which roles are apart.
    if person.pk == by.pk:
        raise Forbidden("own_access")


def _known(role: str) -> Role:
    if role not in STAFF_ROLES:
        raise Invalid("invalid", problems=[Problem("role_unknown", "/role")])
    return Role(role)


def _save(person: User, **how: object) -> None:
    try:
        with transaction.atomic():
            person.save(**how)  # type: ignore[arg-type]  # the keywords of Model.save, passed on
    except IntegrityError as taken:
        field = "email" if "email" in str(taken) else "username"
        raise Invalid("invalid", problems=[Problem(f"{field}_taken", f"/{field}")]) from taken
