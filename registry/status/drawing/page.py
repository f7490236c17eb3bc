"""The page itself, in one language."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.template.loader import render_to_string

from accounts.text import Text
from registry.status import times
from registry.status.components import COMPONENTS, NO_DATA, Component, Group, Status
from registry.status.drawing.days import Bar, bars, lines, uptime_of
from registry.status.drawing.words import WORDS
from registry.status.incidents import Incident
from registry.status.judging import GAP
from registry.status.ledger import Day
from registry.status.picture import DAYS, HISTORY_DAYS, UNKNOWN, Picture

LEVELS = ("up", "slow", "some", "much", "planned", "missing")


@dataclass(frozen=True)
class Shown:
    """One component: how it is now, and its ninety days."""

    component: Component
    kind: str  # of its status, for icon and colour
    status: Text
    since: Text | None  # of what is not as it should be
    uptime: Text
    bars: list[Bar]
    lines: list[tuple[str, str]]
    summary: Text  # of the bars, in words


@dataclass(frozen=True)
class HistoryDay:
    day: date
    over: list[Incident]
    open: list[Incident]
    measured: bool


def html(picture: Picture, language: str, *, root: str) -> bytes:
    """`root`: the way from the page up to the folder, "" or "../"."""
    checked = picture.checked_at
    overall = picture.overall
    drawn = render_to_string(
        "status/page.html",
        {
            "language": language,
            "languages": settings.LANGUAGES,
            "root": root,
            "own": "" if language == "id" else f"{language}/",
            "registry": settings.PUBLIC_URL,
            "name": settings.REGISTRY_NAME,
            "overall": overall,
            "kind": "unknown" if overall == UNKNOWN else overall.indicator,
            "checked": checked,
            "last_check": WORDS["last_check"].format(time=times.full(checked)) if checked else WORDS["never"],
            "every": WORDS["every"].format(seconds=f"{picture.every:g}"),
            "late": WORDS["late"].format(time=times.full(checked)) if checked else WORDS["late_never"],
            "drawn": picture.now,
            "late_after": f"{(GAP + 1) * picture.every:g}",
            "interval": f"{picture.every:g}",
            "open": picture.open_incidents,
            "active": picture.active_maintenance,
            "upcoming": picture.upcoming_maintenance,
            "groups": _groups(picture),
            "levels": [(level, WORDS[f"level_{level}"]) for level in LEVELS],
            "no_data": NO_DATA,
            "history": (history := _history(picture)),
            "begins_here": len(history) < HISTORY_DAYS,
        },
    )
    return drawn.encode("utf-8", "replace")


def _groups(picture: Picture) -> list[tuple[Group, list[Shown]]]:
    found: dict[Group, list[Shown]] = {}
    for component in COMPONENTS:
        found.setdefault(component.group, []).append(_shown(component, picture))
    return list(found.items())


def _shown(component: Component, picture: Picture) -> Shown:
    status, health = picture.status_of(component.key), picture.healths.get(component.key)
    days = _days(component, picture)
    drawn = bars(days, picture.now, every=picture.every)
    uptime = uptime_of(days, every=picture.every)
    since = None
    if health is not None and status not in (None, Status.OPERATIONAL, Status.MAINTENANCE):
        since = WORDS["since"].format(start=times.full(times.moment(health.since)))
    return Shown(
        component,
        "unknown" if status is None else status.value,
        NO_DATA if status is None else status.label,
        since,
        uptime,
        drawn,
        lines(drawn),
        WORDS["bars"].format(
            name=component.name,
            uptime=uptime,
            bad=sum(bar.marked for bar in drawn),
            missing=sum(bar.level == "missing" for bar in drawn),
        ),
    )


def _days(component: Component, picture: Picture) -> list[Day]:
    today = times.day_of(picture.now)
    span = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    known = {day.day: day for day in picture.days.get(component.key, ())}
    return [known.get(day, Day(day)) for day in span]


def _history(picture: Picture) -> list[HistoryDay]:
    """The newest day first, as far back as anything is known. What began earlier stands on the oldest of them all."""
    today = times.day_of(picture.now)
    span = [today - timedelta(days=ago) for ago in range(HISTORY_DAYS)]
    over = sorted(
        [*picture.past_incidents, *picture.past_maintenance],
        key=lambda incident: incident.started_at,
        reverse=True,
    )
    measured = {day.day for days in picture.days.values() for day in days if day.rounds or day.planned}
    days = [
        HistoryDay(
            day,
            [incident for incident in over if max(_began_on(incident), span[-1]) == day],
            [incident for incident in picture.open_incidents if max(_began_on(incident), span[-1]) == day],
            day in measured,
        )
        for day in span
    ]
    known = [number for number, one in enumerate(days) if one.measured or one.over or one.open]
    return days[: max(known, default=0) + 1]


def _began_on(incident: Incident) -> date:
    return times.day_of(incident.scheduled_for or incident.started_at)
