"""What staff type into an incident or a maintenance, each field checked in one place: what is kept, or Invalid."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from accounts.businesses import checks
from accounts.errors import Invalid, Problem
from registry.status.components import KEYS
from registry.status.incidents import Stage
from registry.status.models import BODY_LIMIT, TITLE_LIMIT
from registry.status.published import TOLD_FOR

LONGEST_MAINTENANCE = timedelta(days=7)  # a failure within one opens nothing
FARTHEST_AHEAD = timedelta(days=366)
_A_MINUTE = timedelta(minutes=1)  # how exactly times are typed
One = TypeVar("One", bound=str)


def title(title_id: str, title_en: str) -> dict[str, str]:
    titles = {"title_id": title_id.strip(), "title_en": title_en.strip()}
    for name, typed in titles.items():
        if not typed:
            raise wrong("required", f"/{name}")
        checks.length(checks.visible(typed, f"/{name}"), TITLE_LIMIT, f"/{name}")
    return titles


def body(body_id: str, body_en: str) -> dict[str, str]:
    """Paragraphs stay; markup is text like any other."""
    bodies = {"body_id": body_id, "body_en": body_en}
    for name, typed in bodies.items():
        bodies[name] = typed.replace("\r\n", "\n").strip()
        checks.required(bodies[name], f"/{name}", BODY_LIMIT, code="required")
    return bodies


def known(components: Sequence[str]) -> list[str]:
    if not components:
        raise wrong("component_missing", "/components")
    for key in components:
        one_of(KEYS, key, "/components")
    return in_order(components)


def in_order(components: Collection[str]) -> list[str]:
    return [key for key in KEYS if key in components]


def one_of(known: Sequence[One], value: str, pointer: str) -> One:
    """Raises Invalid choice_unknown."""
    for one in known:
        if one == value:
            return one
    raise wrong("choice_unknown", pointer)


def beginning(started_at: datetime | None, now: datetime) -> datetime:
    if started_at is None:
        return now
    if started_at > now:
        raise wrong("incident_in_the_future", "/started_at")
    if started_at < now - TOLD_FOR:
        raise wrong("incident_too_long_ago", "/started_at", days=TOLD_FOR.days)
    return started_at


def end(began: datetime, stage: Stage, resolved_at: datetime | None, now: datetime) -> datetime | None:
    if stage != Stage.RESOLVED:
        if resolved_at is not None:
            raise wrong("incident_not_over", "/resolved_at")
        return None
    if resolved_at is None:
        return now
    if resolved_at < began:
        raise wrong("incident_over_before_it_began", "/resolved_at")
    if resolved_at > now:
        raise wrong("incident_in_the_future", "/resolved_at")
    return resolved_at


def planned_beginning(begins: datetime, now: datetime) -> datetime:
    if begins < now - _A_MINUTE:
        raise wrong("maintenance_in_the_past", "/scheduled_for")
    if begins > now + FARTHEST_AHEAD:
        raise wrong("maintenance_too_far_ahead", "/scheduled_for", days=FARTHEST_AHEAD.days)
    return begins


def planned_end(begins: datetime, ends: datetime, now: datetime) -> datetime:
    if ends <= begins:
        raise wrong("maintenance_ends_before_it_starts", "/scheduled_until")
    if ends <= now:
        raise wrong("maintenance_in_the_past", "/scheduled_until")
    if ends - begins > LONGEST_MAINTENANCE:
        raise wrong("maintenance_too_long", "/scheduled_until", days=LONGEST_MAINTENANCE.days)
    return ends


def wrong(code: str, pointer: str, **params: Any) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer, params)], **params)
