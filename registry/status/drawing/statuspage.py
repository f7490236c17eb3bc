"""The status as JSON, in the shapes that Statuspage publishes: what watches other services can watch this one.

Its fields are English; beside them stand ours: `names`, `bodies`, `descriptions` in both languages, and `measured`. Its
words for a component have none for "nobody knows": where there is no data a component is called
`degraded_performance`, never `operational`, with `"measured": false`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from accounts.text import Text
from registry.status.components import BY_KEY, COMPONENTS, Component, Group, Status
from registry.status.incidents import Incident, Stage, Update
from registry.status.picture import Overall, Picture
from registry.status.times import WIB, iso, moment

PAGE = "registry"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)  # when the components came to the page
MOST = 50  # incidents, as Statuspage does
Document = dict[str, Any]


def documents(picture: Picture) -> dict[str, Document]:
    """By name, as it stands in their addresses: `/api/v2/{name}.json`."""
    page = _page(picture)
    incidents = [one for one in picture.published.incidents if not one.is_maintenance]
    maintenance = [one for one in picture.published.incidents if one.is_maintenance]
    unresolved = _incidents(picture.open_incidents, picture)
    upcoming = _incidents(picture.upcoming_maintenance, picture)
    active = _incidents(picture.active_maintenance, picture)
    components = _components(picture)
    status = status_of(picture.overall)
    return {
        "status": {"page": page, "status": status},
        "components": {"page": page, "components": components},
        "incidents": {"page": page, "incidents": _incidents(incidents, picture)},
        "incidents/unresolved": {"page": page, "incidents": unresolved},
        "scheduled-maintenances": {
            "page": page,
            "scheduled_maintenances": _incidents(maintenance, picture),
        },
        "scheduled-maintenances/upcoming": {"page": page, "scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"page": page, "scheduled_maintenances": active},
        "summary": {
            "page": page,
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": [*active, *upcoming],
            "status": status,
        },
    }


def status_of(overall: Overall) -> Document:
    return {
        "indicator": overall.indicator,
        "description": overall.description.en,
        "descriptions": overall.description.in_both(),
    }


def as_unmeasured(component: Document) -> Document:
    return {**component, "status": Status.DEGRADED.value, "measured": False}


def _page(picture: Picture) -> Document:
    """`updated_at` is when this was drawn; a reader who finds it older than four intervals knows nothing of now."""
    return {
        "id": PAGE,
        "name": settings.REGISTRY_NAME,
        "url": f"{settings.PUBLIC_URL}/status/",
        "time_zone": WIB.key,
        "updated_at": iso(picture.now),
        "checked_at": picture.checked_at and iso(picture.checked_at),
        "interval_seconds": picture.every,
    }


def _components(picture: Picture) -> list[Document]:
    """Groups stand among the components, each before those that are in it."""
    found: list[Document] = []
    groups = list(dict.fromkeys(component.group for component in COMPONENTS))
    for group_position, group in enumerate(groups, start=1):
        members = [component for component in COMPONENTS if component.group == group]
        shown = [_component(one, position, picture) for position, one in enumerate(members, start=1)]
        found += [_group(group, group_position, shown), *shown]
    return found


def _component(component: Component, position: int, picture: Picture) -> Document:
    status, health = picture.status_of(component.key), picture.healths.get(component.key)
    shown = {
        **_named(component.name),
        "id": component.key,
        "status": (status or Status.DEGRADED).value,
        "measured": status is not None,
        "created_at": iso(SINCE),
        "updated_at": iso(max(moment(health.since), SINCE) if health else SINCE),
        "position": position,
        "description": component.description.en,
        "descriptions": component.description.in_both(),
        "showcase": True,
        "start_date": None,
        "group_id": component.group.key,
        "page_id": PAGE,
        "group": False,
        "only_show_if_degraded": False,
    }
    return shown if status is not None else as_unmeasured(shown)


def _group(group: Group, position: int, members: list[Document]) -> Document:
    worst = max(members, key=lambda member: Status(member["status"]).rank)
    return {
        **_named(group.name),
        "id": group.key,
        "status": worst["status"],
        "measured": all(member["measured"] for member in members),
        "created_at": iso(SINCE),
        "updated_at": max(member["updated_at"] for member in members),
        "position": position,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": PAGE,
        "group": True,
        "only_show_if_degraded": False,
        "components": [member["id"] for member in members],
    }


def _incidents(incidents: Iterable[Incident], picture: Picture) -> list[Document]:
    shown = {component["id"]: component for component in _components(picture)}
    return [_incident(incident, picture.now, shown) for incident in list(incidents)[:MOST]]


def _incident(incident: Incident, now: datetime, components: dict[str, Document]) -> Document:
    monitored = [update.at for update in incident.updates if update.stage == Stage.MONITORING]
    document = {
        **_named(incident.title),
        "id": incident.id,
        "status": incident.stage_at(now).value,
        "created_at": iso(incident.created_at),
        "updated_at": iso(incident.updated_at),
        "monitoring_at": iso(monitored[-1]) if monitored else None,
        "resolved_at": iso(incident.resolved_at) if incident.resolved_at else None,
        "impact": incident.impact.value,
        "shortlink": f"{settings.PUBLIC_URL}/status/#{incident.id}",
        "started_at": iso(incident.started_at),
        "page_id": PAGE,
        "incident_updates": [_update(update, incident) for update in reversed(incident.updates)],
        "components": [components[key] for key in incident.components if key in components],
        "reminder_intervals": None,
        "automatic": incident.automatic,
    }
    if incident.scheduled_for is not None and incident.scheduled_until is not None:
        document["scheduled_for"] = iso(incident.scheduled_for)
        document["scheduled_until"] = iso(incident.scheduled_until)
    return document


def _update(update: Update, incident: Incident) -> Document:
    """`affected_components` would tell what they were before and after, which nobody wrote down."""
    return {
        "id": update.id,
        "status": update.stage.value,
        "body": update.body.en,
        "bodies": update.body.in_both(),
        "incident_id": incident.id,
        "created_at": iso(update.at),
        "updated_at": iso(update.at),
        "display_at": iso(update.at),
        "affected_components": None,
        "components": [key for key in update.components if key in BY_KEY],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _named(name: Text) -> Document:
    return {"name": name.en, "names": name.in_both()}
