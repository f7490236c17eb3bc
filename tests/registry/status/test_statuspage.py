"""The JSON is what readers of Statuspage's pages expect, and calls nothing operational that nobody measured."""

import json
from datetime import timedelta
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # has no stubs here
import pytest

from registry.status.components import KEYS
from registry.status.drawing import files
from registry.status.drawing.late import said_late
from registry.status.drawing.statuspage import MOST
from registry.status.picture import Picture
from tests.registry.status import pictures
from tests.registry.status.statuspage_shapes import SHAPES


def documents(picture: Picture, *, late: bool = False) -> dict[str, Any]:
    drawn = {name: body for name, body in files(picture).items() if name.startswith("api/v2/")}
    if late:
        drawn = {name: said_late(name, body) for name, body in drawn.items()}
    return {name.removeprefix("api/v2/").removesuffix(".json"): json.loads(drawn[name]) for name in drawn}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", pictures.PICTURES)
def test_every_document_has_the_published_shape(name: str, late: bool) -> None:
    found = documents(pictures.PICTURES[name], late=late)
    assert found.keys() == SHAPES.keys()
    for document, shape in SHAPES.items():
        jsonschema.validate(
            found[document], shape, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )


def statuses(document: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {one["id"]: (one["status"], one["measured"]) for one in document["components"]}


@pytest.mark.parametrize(
    ("picture", "late"), [(pictures.SILENT, False), (pictures.NEVER, False), (pictures.ALL_WELL, True)]
)
def test_what_nobody_measured_is_not_operational(picture: Picture, late: bool) -> None:
    found = documents(picture, late=late)
    for name in ("components", "summary"):
        assert set(statuses(found[name]).values()) == {("degraded_performance", False)}
    for name in ("status", "summary"):
        assert found[name]["status"]["indicator"] == "minor"
        assert found[name]["status"]["description"] == "No data"


def test_late_incidents_do_not_tell_of_their_components_either() -> None:
    (incident,) = documents(pictures.OUTAGE, late=True)["incidents/unresolved"]["incidents"]
    assert statuses(incident) == {"lookups": ("degraded_performance", False)}


def test_all_well() -> None:
    found = documents(pictures.ALL_WELL)["summary"]
    assert found["status"]["indicator"] == "none"
    assert set(statuses(found).values()) == {("operational", True)}
    assert set(KEYS) < statuses(found).keys()
    assert found["incidents"] == found["scheduled_maintenances"] == []
    assert found["page"]["updated_at"] == "2026-11-22T10:04:30.000Z"


def test_a_group_is_as_bad_as_its_worst_and_names_its_members() -> None:
    components = {one["id"]: one for one in documents(pictures.OUTAGE)["components"]["components"]}
    assert components["apps"]["status"] == components["lookups"]["status"] == "major_outage"
    assert components["people"]["status"] == "degraded_performance"
    assert components["people"]["components"] == ["forms", "messages", "admin"]
    assert {components[key]["group_id"] for key in ("forms", "messages", "admin")} == {"people"}


def test_an_incident_in_both_languages_with_the_newest_update_first() -> None:
    found = documents(pictures.OUTAGE)
    assert [one["id"] for one in found["incidents/unresolved"]["incidents"]] == ["inc_look"]
    going, over = found["incidents"]["incidents"]
    assert going["names"] == {"id": "Pencarian nomor terganggu", "en": going["name"]}
    assert going["status"] == "investigating" and going["resolved_at"] is None
    assert over["status"] == "resolved"
    assert over["resolved_at"] == over["monitoring_at"] == "2026-11-19T11:04:30.000Z"
    assert [one["status"] for one in over["incident_updates"]] == ["resolved", "monitoring", "investigating"]
    assert over["incident_updates"][0]["bodies"] == {"id": "Sudah pulih.", "en": "It works again."}


def test_maintenance_is_upcoming_then_active_then_only_in_the_list() -> None:
    found = documents(pictures.MAINTAINED)

    def ids(name: str) -> list[tuple[str, str]]:
        return [(one["id"], one["status"]) for one in found[name]["scheduled_maintenances"]]

    assert ids("scheduled-maintenances/upcoming") == [("inc_soon", "scheduled"), ("inc_later", "scheduled")]
    assert ids("scheduled-maintenances/active") == [("inc_now", "in_progress")]
    assert ("inc_past", "completed") in ids("scheduled-maintenances")
    assert ids("summary") == [*ids("scheduled-maintenances/active"), *ids("scheduled-maintenances/upcoming")]
    assert statuses(found["components"])["admin"] == ("under_maintenance", True)
    assert found["status"]["status"]["indicator"] == "maintenance"


def test_what_is_published_can_be_read_by_another_prober() -> None:
    from registry.status.incidents import from_json

    for picture in pictures.PICTURES.values():
        assert from_json(json.loads(files(picture)["published.json"])) == picture.published


def test_lists_end_with_the_fifty_newest_as_statuspages_do() -> None:
    story = [
        pictures.incident(f"n{number}", began=pictures.NOW - timedelta(hours=number)) for number in range(60)
    ]
    found = documents(pictures.picture(incidents=story))
    for name in ("incidents", "incidents/unresolved"):
        assert [one["id"] for one in found[name]["incidents"]] == [f"inc_n{number}" for number in range(MOST)]
