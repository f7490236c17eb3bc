"""What a reviewer read in a source about one field of the business. Appended, never changed: the newest counts."""

from django.core.exceptions import ValidationError

from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.claims import renew_claim, require_outsider
from accounts.verification.matching import READABLE, match_of, written
from accounts.verification.models import OPEN, Application, Evidence, Reading
from accounts.verification.transitions import lock

MOST_READINGS = 200  # of one application
LONGEST_VALUE, LONGEST_SOURCE = 200, 80


@audit.transaction
def record(
    application: Application,
    *,
    field: str,
    value: str,
    evidence: str = "",
    source: str = "",
    by: User,
) -> Reading:
    """`evidence` is the id of one of the case's files; where none says it, `source` names what does.

    Raises Invalid: choice_unknown, required, reading_one_source, value_too_long, hidden_characters;
    NotAllowed: wrong_status, readings_too_many; Forbidden: permission_missing, own_business.
    """
    value, source = value.strip(), source.strip()
    _check(field, value, evidence, source)
    application = lock(application)
    require_permission(by, "verification.review_application")
    require_outsider(application, by=by)
    if application.status not in OPEN:
        raise NotAllowed("wrong_status", action="record_reading", status=application.status)
    if application.readings.count() >= MOST_READINGS:
        raise NotAllowed("readings_too_many", limit=MOST_READINGS)
    reading = Reading.objects.create(
        application=application,
        field=field,
        evidence=_file(application, evidence) if evidence else None,
        source=source,
        value=value,
        read_by=by,
    )
    renew_claim(application, by=by)
    match = match_of(field, written(application, field), value, country=application.account.country)
    audit.record(
        "application.reading_recorded",
        on=application,
        by=by,
        data={"reading": reading.pk, "field": field, "match": match.value},
    )
    return reading


def _check(field: str, value: str, evidence: str, source: str) -> None:
    if field not in READABLE:
        raise _problem("choice_unknown", "/field")
    if not value:
        raise _problem("required", "/value")
    if bool(evidence) == bool(source):
        raise _problem("reading_one_source", "/source")
    checks.length(checks.visible(value, "/value"), LONGEST_VALUE, "/value")
    checks.length(checks.visible(source, "/source"), LONGEST_SOURCE, "/source")


def _file(application: Application, evidence: str) -> Evidence:
    try:
        return application.evidence.get(pk=Evidence._meta.pk.to_python(evidence))
    except (Evidence.DoesNotExist, ValidationError) as missing:
        raise _problem("choice_unknown", "/evidence") from missing


def _problem(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])
