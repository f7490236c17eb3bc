"""The list of reasons, as senior reviewers keep it. A code stays what it is, and a reason is retired, never deleted."""

import re

from django.db import IntegrityError, transaction

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.models import Reason, ReasonFor
from accounts.verification.reasons import FIELDS, PLACEHOLDER

CODE = re.compile(r"[a-z][a-z_]{2,39}")
LONGEST_TEXT = 500
EXAMPLE = "{document}"


@audit.transaction
def add(*, code: str, use: str, text_id: str, text_en: str, field: str, position: int, by: User) -> Reason:
    """Raises Invalid: reason_code_invalid, reason_code_taken, or what is wrong with the sentence or the field."""
    require_permission(by, "verification.add_reason")
    if not CODE.fullmatch(code):
        raise _invalid("reason_code_invalid", "/code")
    if use not in ReasonFor.values:
        raise _invalid("choice_unknown", "/use")
    reason = Reason(
        code=code, use=use, field=_field(field, use), position=position, **_texts(text_id, text_en)
    )
    try:
        with transaction.atomic():
            reason.save(force_insert=True)
    except IntegrityError as taken:
        raise _invalid("reason_code_taken", "/code") from taken
    audit.record("reason.added", on=reason, by=by, data={"use": use})
    return reason


@audit.transaction
def change(reason: Reason, *, text_id: str, text_en: str, field: str, position: int, by: User) -> Reason:
    """What was sent already keeps the sentence it was sent with."""
    reason = _locked(reason, by=by)
    wanted = {**_texts(text_id, text_en), "field": _field(field, reason.use), "position": position}
    changed = sorted(name for name, value in wanted.items() if getattr(reason, name) != value)
    if changed:
        for name in changed:
            setattr(reason, name, wanted[name])
        reason.save(update_fields=changed)
        audit.record("reason.changed", on=reason, by=by, data={"fields": changed})
    return reason


@audit.transaction
def retire(reason: Reason, *, by: User) -> Reason:
    """It can't be chosen any more; where it was sent, it is still read. Raises NotAllowed reason_is_retired."""
    reason = _locked(reason, by=by)
    if reason.retired_at is not None:
        raise NotAllowed("reason_is_retired")
    reason.retired_at = clock.now()
    reason.save(update_fields=["retired_at"])
    audit.record("reason.retired", on=reason, by=by)
    return reason


@audit.transaction
def restore(reason: Reason, *, by: User) -> Reason:
    """Raises NotAllowed reason_in_use."""
    reason = _locked(reason, by=by)
    if reason.retired_at is None:
        raise NotAllowed("reason_in_use")
    reason.retired_at = None
    reason.save(update_fields=["retired_at"])
    audit.record("reason.restored", on=reason, by=by)
    return reason


def _locked(reason: Reason, *, by: User) -> Reason:
    require_permission(by, "verification.change_reason")
    return Reason.objects.select_for_update(no_key=True).get(pk=reason.pk)


def _texts(text_id: str, text_en: str) -> dict[str, str]:
    """The sentence in both languages, with the same placeholders in each."""
    texts = {"text_id": text_id.strip(), "text_en": text_en.strip()}
    for name, text in texts.items():
        if not text:
            raise _invalid("reason_text_missing", f"/{name}")
        checks.length(checks.visible(text, f"/{name}", lines=True), LONGEST_TEXT, f"/{name}")
        if set("{}") & set(PLACEHOLDER.sub("", text)):
            problem = Problem("placeholder_malformed", f"/{name}", {"example": EXAMPLE})
            raise Invalid("placeholder_malformed", problems=[problem], example=EXAMPLE)
    indonesian, english = (set(PLACEHOLDER.findall(text)) for text in texts.values())
    if indonesian != english:
        raise _invalid("placeholders_differ", "/text_en")
    return texts


def _field(field: str, use: str) -> str:
    if use == ReasonFor.ASK and not field:
        raise _invalid("question_field_missing", "/field")
    if field and field not in FIELDS:
        raise _invalid("choice_unknown", "/field")
    return field


def _invalid(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])
