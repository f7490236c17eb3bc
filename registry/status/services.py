"""What may happen to an incident and to a maintenance: what staff and probers tell. Only here is a `stage` written.

What was told stays as it is and is followed by more (`incidents.FOLLOWS`); the database refuses to change an update.
Each act writes one event; who subscribed is told by what listens to it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts import clock
from accounts.audit import journal as audit
from accounts.errors import NotAllowed, Stale
from accounts.people.models import User
from accounts.people.services import require_permission
from registry.status import incidents as told
from registry.status import published, typed
from registry.status.incidents import ENDED, FOLLOWS, Impact, Stage
from registry.status.models import Incident, IncidentUpdate

PUBLISH = "status.publish_incident"
FIRST = tuple(stage for stage in Stage if stage in FOLLOWS[None] - {Stage.SCHEDULED})  # of an incident
IMPACTS = tuple(impact for impact in Impact if impact != Impact.MAINTENANCE)
# Any constant of our own: the key of the lock by which one prober tells at a time.
_TELLING = 0x7662_7374_6174


@audit.transaction
def open_incident(
    *,
    title_id: str,
    title_en: str,
    impact: str,
    components: Sequence[str],
    body_id: str,
    body_en: str,
    stage: str = Stage.INVESTIGATING,
    started_at: datetime | None = None,
    resolved_at: datetime | None = None,
    as_id: str | None = None,
    by: User,
) -> Incident:
    """Publish an incident with its first update. Without `started_at` it began now.

    One that is over already starts as resolved, at `resolved_at` or now. The same under the same `as_id` again (a
    double click) is the incident that it made. Raises Forbidden permission_missing; Invalid; NotAllowed
    incident_published_already.
    """
    require_permission(by, PUBLISH)
    words = typed.title(title_id, title_en), typed.body(body_id, body_en)
    begins_as = typed.one_of(FIRST, stage, "/stage")
    now = clock.now()
    began = typed.beginning(started_at, now)
    facts = {
        **words[0],
        "impact": typed.one_of(IMPACTS, impact, "/impact"),
        "components": typed.known(components),
        "stage": begins_as,
        "started_at": began,
        "resolved_at": typed.end(began, begins_as, resolved_at, now),
    }
    return _publish("incident.opened", facts, words[1], now, as_id=as_id, by=by)


@audit.transaction
def plan_maintenance(
    *,
    title_id: str,
    title_en: str,
    components: Sequence[str],
    scheduled_for: datetime,
    scheduled_until: datetime,
    body_id: str,
    body_en: str,
    as_id: str | None = None,
    by: User,
) -> Incident:
    """Announce a maintenance. It begins and ends by the clock, unless an update says so before.

    Raises as `open_incident`.
    """
    require_permission(by, PUBLISH)
    words = typed.title(title_id, title_en), typed.body(body_id, body_en)
    now = clock.now()
    begins = typed.planned_beginning(scheduled_for, now)
    ends = typed.planned_end(begins, scheduled_until, now)
    facts = {
        **words[0],
        "impact": Impact.MAINTENANCE,
        "components": typed.known(components),
        "stage": Stage.SCHEDULED,
        "started_at": begins,
        "scheduled_for": begins,
        "scheduled_until": ends,
    }
    return _publish("maintenance.planned", facts, words[1], now, as_id=as_id, by=by)


@audit.transaction
def update(
    incident: Incident,
    *,
    stage: str,
    body_id: str,
    body_en: str,
    impact: str | None = None,
    components: Sequence[str] | None = None,
    resolved_at: datetime | None = None,
    scheduled_until: datetime | None = None,
    seen: str,
    as_id: str | None = None,
    by: User,
) -> Incident:
    """Follow what was told; `seen` is the newest update that `by` has read.

    None leaves impact and components as they are.
    `resolved_at` belongs to resolving (None: now), `scheduled_until` to a maintenance that takes longer or shorter.
    Raises Forbidden permission_missing; Invalid; Stale; NotAllowed incident_stage_wrong. The same under the same
    `as_id` again changes nothing.
    """
    require_permission(by, PUBLISH)
    words = typed.body(body_id, body_en)
    wanted = typed.one_of(tuple(Stage), stage, "/stage")
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    if as_id is not None and row.updates.filter(pk=as_id, stage=wanted, **words).exists():
        return row
    before = published.incident(row)
    if before.updates[-1].id != seen or _is_taken(as_id):
        raise Stale("stale")
    now = clock.now()
    if wanted not in before.next_stages(now):
        raise NotAllowed("incident_stage_wrong", stage=wanted.value)
    _change(row, wanted, resolved_at, now)
    if components is not None:
        row.components = typed.known(components)
    if row.scheduled_for is None:
        row.impact = row.impact if impact is None else typed.one_of(IMPACTS, impact, "/impact")
    elif scheduled_until is not None and wanted != Stage.COMPLETED:
        row.scheduled_until = typed.planned_end(row.scheduled_for, scheduled_until, now)
    row.save()
    made = _write(row, _behind(now, before.updates[-1].at), wanted, words, by=by, pk=as_id)
    audit.record("incident.updated", on=row, by=by, data={"update": made.pk, "stage": wanted.value})
    return row


def _is_taken(update: str | None) -> bool:
    return update is not None and IncidentUpdate.objects.filter(pk=update).exists()


def _change(row: Incident, stage: Stage, resolved_at: datetime | None, now: datetime) -> None:
    """What follows from `stage` for the times of an incident, and of a maintenance that does not go by the clock."""
    if row.scheduled_for is None or row.scheduled_until is None:
        if stage == Stage.RESOLVED:
            row.resolved_at = typed.end(row.started_at, stage, resolved_at, now)
        elif resolved_at is not None:
            raise typed.wrong("incident_not_over", "/resolved_at")
    elif stage != Stage.SCHEDULED:
        row.started_at = min(row.started_at, now)  # earlier than planned, or given up before it began
        if stage == Stage.COMPLETED:
            row.resolved_at = min(row.scheduled_until, now)
    row.stage = stage


def rehearsed(act: Callable[[], Incident]) -> told.Incident:
    """What `act` would publish; all of it is undone. Raises what it raises: a preview refuses what publishing would."""
    try:
        with audit.together():
            raise _Rehearsed(published.incident(act()))
    except _Rehearsed as seen:
        return seen.incident


class _Rehearsed(Exception):  # no error: it takes everything back
    def __init__(self, incident: told.Incident) -> None:
        self.incident = incident
        super().__init__(incident.id)


# --- what a prober tells ---


@audit.transaction
def tell(own: told.Incident) -> None:
    """Put a prober's incident into the database, or what came to it since. Telling it again changes nothing.

    Where another prober's incident stands for it (`Incident.stands_for`), nothing is written. What staff have called
    over takes no more updates. Moments of a clock ahead of the database's are cut to now.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TELLING])
    now = clock.now()
    row = Incident.objects.select_for_update().filter(pk=own.id).first()
    if row is not None:
        _tell_more(row, own, now)
    elif not any(published.incident(other).stands_for(own) for other in _others(own)):
        _tell_first(own, now)


def _others(own: told.Incident) -> Iterable[Incident]:
    since = Q(resolved_at=None) | Q(resolved_at__gte=own.started_at)
    return Incident.objects.ours().filter(since).prefetch_related("updates")


def _tell_first(own: told.Incident, now: datetime) -> None:
    began = min(own.started_at, now)
    row = Incident.objects.create(
        pk=own.id,
        title_id=own.title.id,
        title_en=own.title.en,
        impact=own.impact,
        components=typed.in_order(own.components),
        stage=own.updates[-1].stage,
        automatic=True,
        started_at=began,
        resolved_at=None if own.resolved_at is None else max(began, min(own.resolved_at, now)),
    )
    made = _write_all(row, own.updates, None, now)
    data = {"update": made.pk, "stage": own.updates[-1].stage.value, "impact": own.impact.value}
    audit.record("incident.opened", on=row, by=audit.SYSTEM, data=data)


def _tell_more(row: Incident, own: told.Incident, now: datetime) -> None:
    before = published.incident(row)
    known = {update.id for update in before.updates}
    stage, news = before.updates[-1].stage, list[told.Update]()
    for update in own.updates:
        if update.id not in known and update.stage in FOLLOWS[stage]:
            news.append(update)
            stage = update.stage
    impact = max(before.impact, own.impact, key=lambda impact: impact.rank)
    if row.updates.exclude(by=audit.SYSTEM.pk).exists():
        impact = before.impact  # staff have said how bad it is
    if not news and impact == before.impact:
        return
    row.impact, row.stage = impact, stage
    row.components = typed.in_order({*row.components, *own.components})
    row.title_id, row.title_en = own.title
    if stage in ENDED:
        row.resolved_at = max(row.started_at, min(own.resolved_at or now, now))
    row.save()
    if news:
        made = _write_all(row, news, before.updates[-1].at, now)
        data = {"update": made.pk, "stage": stage.value}
        audit.record("incident.updated", on=row, by=audit.SYSTEM, data=data)
    else:
        audit.record("incident.regraded", on=row, by=audit.SYSTEM, data={"impact": impact.value})


def _write_all(
    row: Incident, updates: Sequence[told.Update], last: datetime | None, now: datetime
) -> IncidentUpdate:
    """One after another behind `last`. Answers the newest."""
    for update in updates:
        at = min(update.at, now)
        last = at if last is None else _behind(at, last)
        body = {"body_id": update.body.id, "body_en": update.body.en}
        made = _write(row, last, update.stage, body, by=audit.SYSTEM, pk=update.id, of=update.components)
    return made


# --- one row ---


def _publish(
    event: str,
    facts: dict[str, Any],
    body: dict[str, str],
    now: datetime,
    *,
    as_id: str | None,
    by: User,
) -> Incident:
    row = Incident(**facts) if as_id is None else Incident(pk=as_id, **facts)
    row, is_new = Incident.objects.get_or_create(pk=row.pk, defaults=facts)
    if not is_new:
        words = {name: facts[name] for name in ("title_id", "title_en")}
        if Incident.objects.filter(pk=row.pk, **words).exists() and row.updates.filter(**body).exists():
            return row
        raise NotAllowed("incident_published_already")
    made = _write(row, now, facts["stage"], body, by=by)
    data = {"update": made.pk, "stage": facts["stage"].value, "impact": facts["impact"].value}
    audit.record(event, on=row, by=by, data=data)
    return row


def _write(
    row: Incident,
    at: datetime,
    stage: Stage,
    body: dict[str, str],
    *,
    by: audit.Actor,
    pk: str | None = None,
    of: Sequence[str] | None = None,
) -> IncidentUpdate:
    facts = {"incident": row, "at": at, "stage": stage, "by": str(by.pk), **body}
    facts["components"] = list(row.components if of is None else of)
    return IncidentUpdate.objects.create(**facts if pk is None else {"pk": pk, **facts})


def _behind(at: datetime, last: datetime) -> datetime:
    """The order of updates is that of their times."""
    return max(at, last + timedelta(microseconds=1))
