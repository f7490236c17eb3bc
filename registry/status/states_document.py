"""The section of `docs/states.md` about incidents and maintenance, generated from `incidents.FOLLOWS`."""

from accounts.verification.states_document import Line, diagram, table
from registry.status.incidents import ENDED, FOLLOWS, Impact, Stage

STAFF = "a senior reviewer or an operator"
_OF_MAINTENANCE = (Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED)


def markdown() -> list[str]:
    incidents = [
        Line("open", (), _after(None, Stage.SCHEDULED), "incident.opened", f"{STAFF}, or a prober"),
        *(
            Line("update", (stage.value,), _after(stage), "incident.updated", _who(stage))
            for stage in Stage
            if stage not in _OF_MAINTENANCE
        ),
    ]
    maintenance = [
        Line("plan", (), (Stage.SCHEDULED.value,), "maintenance.planned", STAFF),
        *(
            Line("update", (stage.value,), _after(stage), "incident.updated", STAFF)
            for stage in _OF_MAINTENANCE
            if FOLLOWS[stage]
        ),
    ]
    ended = [stage.value for stage in Stage if stage in ENDED and stage not in _OF_MAINTENANCE]
    impacts = ", ".join(f"`{impact.value}`" for impact in Impact if impact != Impact.MAINTENANCE)
    return [
        "## Incident",
        "",
        f"Impact: {impacts}. What was told is never changed, only followed: each line writes an",
        "update and its event. A step that may not follow is refused (`incident_stage_wrong`), one on what somebody",
        "else has told meanwhile too (`stale`). One incident of the probers is open at most; what staff called over, a",
        "prober leaves alone.",
        "",
        *table(incidents),
        "",
        *diagram(incidents, ended),
        "",
        "## Maintenance",
        "",
        "It begins and ends by the clock, which writes nothing: after `scheduled_for` it is in progress, after",
        "`scheduled_until` completed, unless an update said so before.",
        "",
        *table(maintenance),
        "",
        *diagram(maintenance, [Stage.COMPLETED.value]),
        "",
    ]


def _after(stage: Stage | None, *but: Stage) -> tuple[str, ...]:
    return tuple(then.value for then in Stage if then in FOLLOWS[stage] and then not in but)


def _who(stage: Stage) -> str:
    return STAFF if stage in ENDED else f"{STAFF}, or a prober"
