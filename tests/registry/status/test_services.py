"""What staff tell: incidents and maintenance, each step from each stage, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.audit.models import Event
from accounts.errors import Forbidden, Invalid, NotAllowed, Stale
from accounts.ids import new_id
from accounts.people.models import User
from registry.status import published, services
from registry.status.incidents import FOLLOWS, Impact, Stage
from registry.status.models import Incident, IncidentUpdate
from registry.status.published import MOST
from tests.registry.status.telling import INCIDENT, WORDS, follow, newest, opened, planned, refuses

pytestmark = pytest.mark.usefixtures("db")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PATH_TO: dict[Stage, list[Stage]] = {
    Stage.INVESTIGATING: [],
    Stage.IDENTIFIED: [Stage.IDENTIFIED],
    Stage.MONITORING: [Stage.IDENTIFIED, Stage.MONITORING],
    Stage.RESOLVED: [Stage.RESOLVED],
    Stage.POSTMORTEM: [Stage.RESOLVED, Stage.POSTMORTEM],
    Stage.SCHEDULED: [],
    Stage.IN_PROGRESS: [Stage.IN_PROGRESS],
    Stage.COMPLETED: [Stage.COMPLETED],
}


def at(stage: Stage, *, by: User) -> Incident:
    begins = planned if stage in {Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED} else opened
    row = begins(by=by)
    for step in PATH_TO[stage]:
        row = follow(row, step, by=by)
    assert row.stage == stage
    return row


def test_staff_tell_of_an_incident_and_the_journal_has_no_words_of_it(olga: User) -> None:
    row = opened(by=olga, body_id="Baris satu.\r\n\r\nBaris dua. ")
    (only,) = row.updates.all()
    assert (row.stage, row.impact, row.automatic, row.resolved_at) == ("investigating", "major", False, None)
    assert (only.stage, only.body_id, only.by) == ("investigating", "Baris satu.\n\nBaris dua.", olga.pk)
    assert row.started_at == only.at and row.components == only.components == ["lookups", "messages"]
    event = Event.objects.get(kind="incident.opened")
    assert (event.on, event.by) == (row.pk, olga.pk)
    assert event.data == {"update": only.pk, "stage": "investigating", "impact": "major"}


def test_what_is_told_is_what_the_page_is_drawn_from(olga: User) -> None:
    row = follow(opened(by=olga), Stage.MONITORING, by=olga, impact="minor", components=["messages"])
    (incident,) = published.from_database().incidents
    assert (incident.id, incident.title.en, incident.impact) == (row.pk, INCIDENT["title_en"], Impact.MINOR)
    assert [update.stage for update in incident.updates] == [Stage.INVESTIGATING, Stage.MONITORING]
    assert [update.components for update in incident.updates] == [("lookups", "messages"), ("messages",)]


def test_the_newest_are_told_and_there_is_an_end(olga: User) -> None:
    """A hundred years of outages in one document would be too much for whoever polls it."""
    opened(by=olga)
    facts = {
        **{name: INCIDENT[name] for name in ("title_id", "title_en", "impact", "components")},
        "stage": "resolved",
    }
    began = clock.now() - HOUR
    rows = [Incident(started_at=began - number * timedelta(minutes=1), **facts) for number in range(MOST)]
    words = {"stage": "resolved", "at": began, "components": [], "by": "system", **WORDS}
    Incident.objects.bulk_create(rows)
    IncidentUpdate.objects.bulk_create(IncidentUpdate(incident=row, **words) for row in rows)
    told = published.from_database().incidents
    assert len(told) == MOST and told[0].started_at > began and rows[-1].pk not in {one.id for one in told}


@pytest.mark.parametrize("then", Stage)
@pytest.mark.parametrize("stage", Stage)
def test_every_stage_after_every_stage(stage: Stage, then: Stage, olga: User) -> None:
    row = at(stage, by=olga)
    before, updates = Incident.objects.values().get(), IncidentUpdate.objects.count()
    events = Event.objects.count()
    if then not in FOLLOWS[stage]:
        with pytest.raises(NotAllowed, match="incident_stage_wrong"):
            follow(row, then, by=olga)
        assert Incident.objects.values().get() == before
        assert (IncidentUpdate.objects.count(), Event.objects.count()) == (updates, events)
        return
    row = follow(row, then, by=olga)
    row.refresh_from_db()
    assert row.stage == then and IncidentUpdate.objects.count() == updates + 1
    assert (row.resolved_at is not None) == (then in {Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED})
    event = Event.objects.latest("seq")
    assert (event.kind, event.on, event.by) == ("incident.updated", row.pk, olga.pk)
    assert event.data == {"update": newest(row), "stage": then.value}


def test_only_those_with_the_permission_tell(rita: User, ada: User, olga: User, sinta: User) -> None:
    row = opened(by=sinta)
    for nobody in (rita, ada):
        for act in (opened, planned, lambda by: follow(row, Stage.IDENTIFIED, by=by)):
            with pytest.raises(Forbidden, match="permission_missing"):
                act(by=nobody)
    assert Incident.objects.count() == IncidentUpdate.objects.count() == 1
    follow(row, Stage.IDENTIFIED, by=olga)


# --- times ---


def test_what_is_over_already_starts_as_resolved(olga: User) -> None:
    now = clock.now()
    row = opened(by=olga, stage="resolved", started_at=now - 3 * HOUR, resolved_at=now - HOUR)
    assert (row.stage, row.started_at, row.resolved_at) == ("resolved", now - 3 * HOUR, now - HOUR)
    assert opened(by=olga, stage="resolved", started_at=now - HOUR).resolved_at is not None


@pytest.mark.parametrize(
    ("facts", "code", "pointer"),
    [
        (
            {"stage": "resolved", "started": -1, "resolved": -2},
            "incident_over_before_it_began",
            "/resolved_at",
        ),
        ({"stage": "resolved", "resolved": -1}, "incident_over_before_it_began", "/resolved_at"),
        ({"stage": "resolved", "started": -1, "resolved": 1}, "incident_in_the_future", "/resolved_at"),
        ({"started": 1}, "incident_in_the_future", "/started_at"),
        ({"started": -91 * 24}, "incident_too_long_ago", "/started_at"),
        ({"started": -2, "resolved": -1}, "incident_not_over", "/resolved_at"),
    ],
)
def test_an_incident_has_possible_times(facts: dict[str, Any], code: str, pointer: str, olga: User) -> None:
    now = clock.now()
    times = {f"{name}_at": now + facts[name] * HOUR for name in ("started", "resolved") if name in facts}
    refuses(code, pointer, lambda: opened(by=olga, stage=facts.get("stage", "investigating"), **times))


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_refused_like_other_impossible_times(
    moment: datetime, olga: User
) -> None:
    with pytest.raises(Invalid):
        opened(by=olga, started_at=moment)
    with pytest.raises(Invalid):
        planned(by=olga, scheduled_for=moment)


def test_an_incident_is_not_resolved_before_it_began(olga: User) -> None:
    row = opened(by=olga, started_at=clock.now() - HOUR)
    for wrong, code in ((-2, "incident_over_before_it_began"), (1, "incident_in_the_future")):
        when = clock.now() + wrong * HOUR
        refuses(
            code, "/resolved_at", lambda when=when: follow(row, Stage.RESOLVED, by=olga, resolved_at=when)
        )
    refuses(
        "incident_not_over",
        "/resolved_at",
        lambda: follow(row, Stage.MONITORING, by=olga, resolved_at=clock.now()),
    )
    over = clock.now() - timedelta(minutes=10)
    assert follow(row, Stage.RESOLVED, by=olga, resolved_at=over).resolved_at == over
    assert follow(row, Stage.POSTMORTEM, by=olga).resolved_at == over


# --- one after another ---


def test_who_read_an_older_state_is_told(olga: User, sinta: User) -> None:
    row = opened(by=olga)
    seen = newest(row)
    follow(row, Stage.IDENTIFIED, by=sinta)
    with pytest.raises(Stale, match="stale"):
        services.update(row, stage="monitoring", seen=seen, by=olga, **WORDS)
    assert IncidentUpdate.objects.count() == 2


def test_the_same_form_sent_twice_is_published_once(olga: User) -> None:
    as_id, update_id = new_id("inc"), new_id("upd")
    row = opened(by=olga, as_id=as_id)
    assert opened(by=olga, as_id=as_id) == row and row.pk == as_id
    facts: dict[str, Any] = {"stage": "identified", "seen": newest(row), "as_id": update_id, "by": olga}
    for _ in range(2):
        services.update(row, **facts, **WORDS)
    assert (Incident.objects.count(), IncidentUpdate.objects.count(), Event.objects.count()) == (1, 2, 2)


def test_a_form_that_was_published_is_not_published_again_with_other_words(olga: User) -> None:
    """Back in the browser's history, another text, and published: it is not lost without a word."""
    as_id = new_id("inc")
    row = opened(by=olga, as_id=as_id)
    with pytest.raises(NotAllowed, match="incident_published_already"):
        opened(by=olga, as_id=as_id, body_en="Something else.")
    facts: dict[str, Any] = {"stage": "identified", "seen": newest(row), "as_id": new_id("upd"), "by": olga}
    services.update(row, **facts, **WORDS)
    with pytest.raises(Stale):
        services.update(row, **facts, **{**WORDS, "body_en": "Something else."})
    other = opened(by=olga)
    with pytest.raises(Stale):  # an id of another incident's update
        services.update(other, **{**facts, "seen": newest(other)}, **WORDS)


def test_a_rehearsal_leaves_nothing_behind_and_refuses_what_publishing_would(olga: User) -> None:
    incident = services.rehearsed(lambda: opened(by=olga))
    assert incident.title.en == INCIDENT["title_en"] and len(incident.updates) == 1
    assert not Incident.objects.exists() and not Event.objects.exists()
    row = opened(by=olga)
    seen = services.rehearsed(lambda: follow(row, Stage.RESOLVED, by=olga))
    assert [update.stage for update in seen.updates] == [Stage.INVESTIGATING, Stage.RESOLVED]
    with pytest.raises(NotAllowed, match="incident_stage_wrong"):
        services.rehearsed(lambda: follow(row, Stage.POSTMORTEM, by=olga))
    assert (IncidentUpdate.objects.count(), Event.objects.count()) == (1, 1)


# --- words ---


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("body_en", "", "required"),
        ("body_id", " \n\t", "required"),
        ("body_en", "x" * 5_001, "value_too_long"),
        ("body_en", "x" * 10_000, "value_too_long"),
        ("body_id", "zero\u200bwidth", "hidden_characters"),
        ("body_id", "turned \u202e around", "hidden_characters"),
        ("title_en", " ", "required"),
        ("title_id", "x" * 121, "value_too_long"),
        ("title_en", "two\nlines", "hidden_characters"),
    ],
)
def test_a_text_can_be_read(field: str, text: str, code: str, olga: User) -> None:
    for act in (opened, planned):
        refuses(code, f"/{field}", lambda act=act: act(by=olga, **{field: text}))
    if field.startswith("body"):
        row = opened(by=olga)
        refuses(code, f"/{field}", lambda: follow(row, Stage.IDENTIFIED, by=olga, **{field: text}))


def test_five_thousand_characters_and_markup_are_a_text_like_any_other(olga: User) -> None:
    text = "<script>alert(1)</script> & {braces} %s ☕\n\n" + "x" * 4_950
    row = opened(by=olga, body_id=text, body_en=text[:5_000], title_en="<b>Bold</b>")
    assert row.updates.get().body_id == text and row.title_en == "<b>Bold</b>"


@pytest.mark.parametrize(
    ("facts", "code", "pointer"),
    [
        ({"components": []}, "component_missing", "/components"),
        ({"components": ["lookups", "kitchen"]}, "choice_unknown", "/components"),
        ({"impact": "maintenance"}, "choice_unknown", "/impact"),
        ({"impact": "huge"}, "choice_unknown", "/impact"),
        ({"stage": "scheduled"}, "choice_unknown", "/stage"),
        ({"stage": "postmortem"}, "choice_unknown", "/stage"),
        ({"stage": "over"}, "choice_unknown", "/stage"),
    ],
)
def test_an_incident_is_of_known_things(facts: dict[str, Any], code: str, pointer: str, olga: User) -> None:
    refuses(code, pointer, lambda: opened(by=olga, **facts))


def test_an_update_is_of_known_things(olga: User) -> None:
    row = opened(by=olga)
    refuses("choice_unknown", "/stage", lambda: follow(row, "fixed", by=olga))
    refuses("choice_unknown", "/impact", lambda: follow(row, "identified", by=olga, impact="maintenance"))
    refuses("component_missing", "/components", lambda: follow(row, "identified", by=olga, components=[]))
    refuses("component_missing", "/components", lambda: planned(by=olga, components=[]))
