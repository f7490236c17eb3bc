"""JSON Schemas of the documents under /api/v2/, as Statuspage documents them for the pages it hosts.

What is ours beside its fields is allowed where its readers pass over what they do not know: everywhere.
"""

from typing import Any

Schema = dict[str, Any]


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(*words: str) -> Schema:
    return {"enum": list(words)}


TEXT: Schema = {"type": "string", "minLength": 1}
MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$",
    "format": "date-time",
}
URI: Schema = {"type": "string", "format": "uri", "pattern": "^https?://"}
FLAG: Schema = {"type": "boolean"}
NONE: Schema = {"type": "null"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, NONE]}


PAGE = _object(id=TEXT, name=TEXT, url=URI, time_zone=TEXT, updated_at=MOMENT)
STATUS = _object(indicator=_one_of("none", "minor", "major", "critical", "maintenance"), description=TEXT)
COMPONENT = _object(
    id=TEXT,
    name=TEXT,
    status=_one_of(
        "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"
    ),
    created_at=MOMENT,
    updated_at=MOMENT,
    position={"type": "integer", "minimum": 1},
    description=_or_null(TEXT),
    showcase=FLAG,
    start_date=_or_null({"type": "string", "format": "date"}),
    group_id=_or_null(TEXT),
    page_id=TEXT,
    group=FLAG,
    only_show_if_degraded=FLAG,
) | {
    "if": {"properties": {"group": {"const": True}}},
    "then": {"properties": {"components": _list(TEXT), "group_id": NONE}, "required": ["components"]},
}
AFFECTED = _object(code=TEXT, name=TEXT, old_status=TEXT, new_status=TEXT)


def _incident(stages: Schema, impacts: Schema, **further: Schema) -> Schema:
    return _object(
        id=TEXT,
        name=TEXT,
        status=stages,
        created_at=MOMENT,
        updated_at=MOMENT,
        monitoring_at=_or_null(MOMENT),
        resolved_at=_or_null(MOMENT),
        impact=impacts,
        shortlink=URI,
        started_at=MOMENT,
        page_id=TEXT,
        incident_updates={
            **_list(
                _object(
                    id=TEXT,
                    status=stages,
                    body=TEXT,
                    incident_id=TEXT,
                    created_at=MOMENT,
                    updated_at=MOMENT,
                    display_at=MOMENT,
                    affected_components=_or_null(_list(AFFECTED)),
                    deliver_notifications=FLAG,
                    custom_tweet=_or_null(TEXT),
                    tweet_id=_or_null(TEXT),
                )
            ),
            "minItems": 1,
        },
        components=_list(COMPONENT),
        reminder_intervals=_or_null(TEXT),
        **further,
    )


INCIDENT = _incident(
    _one_of("investigating", "identified", "monitoring", "resolved", "postmortem"),
    _one_of("none", "minor", "major", "critical"),
)
MAINTENANCE = _incident(
    _one_of("scheduled", "in_progress", "verifying", "completed"),
    _one_of("none", "minor", "major", "critical", "maintenance"),
    scheduled_for=MOMENT,
    scheduled_until=MOMENT,
)
_INCIDENTS = _object(page=PAGE, incidents=_list(INCIDENT))
_MAINTENANCES = _object(page=PAGE, scheduled_maintenances=_list(MAINTENANCE))
SHAPES: dict[str, Schema] = {
    "status": _object(page=PAGE, status=STATUS),
    "components": _object(page=PAGE, components=_list(COMPONENT)),
    "summary": _object(
        page=PAGE,
        status=STATUS,
        components=_list(COMPONENT),
        incidents=_list(INCIDENT),
        scheduled_maintenances=_list(MAINTENANCE),
    ),
    "incidents": _INCIDENTS,
    "incidents/unresolved": _INCIDENTS,
    "scheduled-maintenances": _MAINTENANCES,
    "scheduled-maintenances/upcoming": _MAINTENANCES,
    "scheduled-maintenances/active": _MAINTENANCES,
}
