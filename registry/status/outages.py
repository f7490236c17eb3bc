"""The prober's own incident: opened when a component fails, followed, and closed when all of them work again.

There is at most one at a time, whatever fails in it: an outage of the database is one story, not three. Pure functions;
moments are Unix seconds of the prober's own clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from accounts.ids import new_id
from accounts.text import Text
from registry.status import times
from registry.status.components import BY_KEY, KEYS, Status
from registry.status.incidents import Impact, Incident, Stage, Update
from registry.status.judging import RECENT, Health

# What the prober writes by itself; staff say more.
TITLE = Text("Gangguan: {names}", "Outage: {names}")
OPENED = Text(
    "Pemeriksaan otomatis gagal sejak {time}: {names}. Kami sedang menyelidikinya.",
    "Our automatic checks have failed since {time}: {names}. We are looking into it.",
)
WIDER = Text("Juga terganggu: {names}.", "Also affected: {names}.")
AGAIN = Text("Terganggu lagi: {names}.", "Affected again: {names}.")
BACK = Text(
    "Semua pemeriksaan berhasil lagi sejak {time}. Kami terus memantau.",
    "All checks have passed again since {time}. We keep watching.",
)
OVER = Text("Gangguan selesai. Lamanya {minutes} menit.", "The outage is over. It lasted {minutes} min.")
OVER_IN_A_MINUTE = Text(
    "Gangguan selesai. Lamanya kurang dari satu menit.", "The outage is over. It lasted less than a minute."
)

# Good rounds in a row of each component; until then the next failure belongs to the same incident.
OVER_AFTER = RECENT
RELAPSES = 2  # so often it is called back at once, later when it has stayed: each word is a mail to everybody


@dataclass(frozen=True)
class Step:
    """What the prober had to say: `stage`, of these components, as it is since `since`."""

    id: str  # upd_…
    at: float
    since: float
    stage: Stage
    components: tuple[str, ...]


@dataclass(frozen=True)
class Outage:
    id: str  # inc_…
    started_at: float  # of the first failure
    impact: Impact
    steps: tuple[Step, ...]
    ended_at: float | None = None  # when the first good round of the last component was

    @property
    def components(self) -> tuple[str, ...]:
        seen = {key for step in self.steps for key in step.components}
        return tuple(key for key in KEYS if key in seen)

    @property
    def is_over(self) -> bool:
        return self.steps[-1].stage == Stage.RESOLVED


def followed(
    outage: Outage | None, healths: Mapping[str, Health], now: float, *, planned: frozenset[str] = frozenset()
) -> Outage | None:
    """The outage after one more round; `planned`: in an announced maintenance, where a failure opens nothing."""
    failing = tuple(key for key in KEYS if key in healths and healths[key].status.fails)
    if outage is None or outage.is_over:
        unplanned = tuple(key for key in failing if key not in planned)
        if not unplanned:
            return outage
        started = min(healths[key].since for key in unplanned)
        step = Step(new_id("upd"), max(now, started), started, Stage.INVESTIGATING, unplanned)
        return Outage(new_id("inc"), started, impact_of(healths), (step,))
    now = max(now, outage.steps[-1].at)  # a clock that was put back does not make the story run backwards
    impact = max(outage.impact, impact_of(healths), key=lambda impact: impact.rank)
    last = outage.steps[-1]
    if failing:
        news = tuple(key for key in failing if key not in outage.components and key not in planned)
        if last.stage == Stage.MONITORING:
            news = failing
        if not news:
            return replace(outage, impact=impact)
        step = Step(new_id("upd"), now, min(healths[key].since for key in news), Stage.INVESTIGATING, news)
        return replace(outage, impact=impact, steps=(*outage.steps, step))
    stayed = all(healths[key].good_in_a_row >= OVER_AFTER for key in outage.components if key in healths)
    if last.stage != Stage.MONITORING:
        relapses = sum(step.stage == Stage.MONITORING for step in outage.steps)
        if relapses >= RELAPSES and not stayed:
            return replace(outage, impact=impact)
        back = [healths[key].since for key in outage.components if key in healths]
        ended = max([outage.started_at, *back])
        step = Step(new_id("upd"), now, ended, Stage.MONITORING, outage.components)
        return replace(outage, impact=impact, steps=(*outage.steps, step), ended_at=ended)
    if stayed:
        step = Step(new_id("upd"), now, last.since, Stage.RESOLVED, outage.components)
        return replace(outage, steps=(*outage.steps, step))
    return outage


def taken_over(incident: Incident) -> Outage:
    """One that is open, by a prober that knows of it from the database only: its ledger was lost."""
    steps = tuple(
        Step(update.id, at, at, update.stage, update.components or incident.components)
        for update, at in ((update, update.at.timestamp()) for update in incident.updates)
    )
    ended = steps[-1].at if steps[-1].stage == Stage.MONITORING else None
    return Outage(incident.id, incident.started_at.timestamp(), incident.impact, steps, ended)


def impact_of(healths: Mapping[str, Health]) -> Impact:
    """Critical: look-ups are out, or everything is; major: some component is out; minor: parts of some."""
    out = {key for key, health in healths.items() if health.status == Status.MAJOR}
    if "lookups" in out or (healths and out == set(healths)):
        return Impact.CRITICAL
    if out:
        return Impact.MAJOR
    return Impact.MINOR if any(health.status.fails for health in healths.values()) else Impact.NONE


# --- as people read it ---


def told(outage: Outage) -> Incident:
    updates = tuple(
        Update(step.id, step.stage, _body(outage, step), times.moment(step.at), step.components)
        for step in outage.steps
    )
    return Incident(
        outage.id,
        TITLE.format(names=_names(outage.components)),
        outage.impact,
        outage.components,
        times.moment(outage.started_at),
        updates,
        times.moment(outage.ended_at) if outage.is_over and outage.ended_at is not None else None,
        automatic=True,
    )


def _names(components: tuple[str, ...]) -> Text:
    names = [BY_KEY[key].name for key in components]
    return Text(", ".join(name.id for name in names), ", ".join(name.en for name in names))


def _body(outage: Outage, step: Step) -> Text:
    names = _names(step.components)
    ended = step.at if outage.ended_at is None else outage.ended_at
    match step.stage:
        case Stage.INVESTIGATING if step == outage.steps[0]:
            return OPENED.format(names=names, time=times.clock(times.moment(outage.started_at)))
        case Stage.INVESTIGATING:
            before = outage.steps[outage.steps.index(step) - 1]
            return (AGAIN if before.stage == Stage.MONITORING else WIDER).format(names=names)
        case Stage.MONITORING:
            return BACK.format(time=times.clock(times.moment(step.since)))
    minutes = timedelta(seconds=ended - outage.started_at) // timedelta(minutes=1)
    return OVER.format(minutes=minutes) if minutes else OVER_IN_A_MINUTE
