"""From single rounds to a status: a few bad rounds make it worse, a few good ones better, one alone does nothing.

Pure functions; moments are Unix seconds of the prober's own clock.
"""

from dataclasses import dataclass, field

from registry.status.components import Status

IN_A_ROW = 3  # rounds that agree, until a status changes
RECENT = 10  # rounds that are looked at for one that comes and goes
# Failed rounds of the recent ones: called unstable from so many on, and no more at so few.
FLAPS_FROM, FLAPS_UNTIL = 3, 1
GAP = 3  # rounds without data, after which what was before says nothing any more


@dataclass(frozen=True)
class Result:
    """What one round saw of one component. `outcome` is how it would be called if this round were all there is."""

    component: str
    at: float  # when the round began
    outcome: Status
    milliseconds: int = 0  # of its slowest check
    reason: str = ""  # a code; "" where all was well
    planned: bool = False  # in an announced maintenance: counts neither for nor against it


@dataclass(frozen=True)
class Health:
    """How a component is called, since when, and the rounds that the next word depends on."""

    status: Status
    since: float
    recent: tuple[tuple[float, Status], ...] = field(default=())

    @property
    def seen(self) -> float:
        """When it was last looked at."""
        return self.recent[-1][0]

    @property
    def is_known(self) -> bool:
        """False: nothing but failures since there are data, and too few of them to call it out of order."""
        return self.status.fails or any(not outcome.fails for _, outcome in self.recent)

    @property
    def good_in_a_row(self) -> int:
        count = 0
        for _, outcome in reversed(self.recent):
            if outcome.fails:
                break
            count += 1
        return count


def judged(before: Health | None, result: Result, *, every: float) -> Health:
    """`every`: seconds from one round to the next. The first round of all is taken at its word unless it is bad,
    when nothing is known yet (`is_known`)."""
    if before is None:
        before = Health(Status.OPERATIONAL, result.at)
    recent = () if _is_long_ago(before, result, every) else before.recent
    recent = (*recent, (result.at, result.outcome))[-RECENT:]
    last = recent[-IN_A_ROW:]
    failed = [at for at, outcome in recent if outcome.fails]
    if len(last) == IN_A_ROW:
        best = min((outcome for _, outcome in last), key=lambda outcome: outcome.rank)
        worst = max((outcome for _, outcome in last), key=lambda outcome: outcome.rank)
        if best.rank > before.status.rank:
            return Health(best, last[0][0], recent)
        if worst.rank < before.status.rank:
            if before.status.fails:
                return Health(worst, last[0][0], last)  # an outage that is over does not count as flapping
            if len(failed) <= FLAPS_UNTIL:
                return Health(worst, last[0][0], recent)
    if before.status == Status.OPERATIONAL and len(failed) >= FLAPS_FROM:
        return Health(Status.DEGRADED, failed[0], recent)
    return Health(before.status, before.since, recent)


def _is_long_ago(before: Health, result: Result, every: float) -> bool:
    """A clock that was put back is no gap: the rounds still followed each other."""
    return bool(before.recent) and result.at - before.seen > GAP * every
