"""The prober: a round of measurements every few seconds, and the page drawn anew after each.

It goes on whatever else does not: what may hang is done in threads that nobody waits for, what can't be written waits,
and what the database or a page said last is kept. Intervals are the monotonic clock's; the wall clock only stamps.
"""

import contextlib
import fcntl
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from registry.status import drawing, outages, publishing
from registry.status.exchange import Exchange
from registry.status.judging import Health, Result, judged
from registry.status.ledger import Ledger, State
from registry.status.outages import Outage
from registry.status.picture import DAYS, Picture
from registry.status.probing import LONGEST, Measuring, Round
from registry.status.saying import Once
from registry.status.times import moment

logger = logging.getLogger(__name__)

START = 15.0  # seconds in which what starts beside us may fail without being told
PRUNE_EVERY = 3600.0  # seconds
OWN_FOR = timedelta(days=90)  # that outages are kept which nobody could be told
MOST_OWN = 200
NEWS_WITHIN = 2.0  # seconds that a drawing waits for what the database says


class Taken(Exception):
    """Another prober measures into the same folder."""


class Prober:
    def __init__(
        self,
        measuring: Measuring,
        exchange: Exchange,
        public: Path,
        *,
        every: float,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`every`: seconds from one round to the next; `wall` tells Unix seconds.

        Raises OSError: the exchange's folder, where the ledger lies too, can't be used.
        """
        self.measuring, self.exchange, self.public = measuring, exchange, public
        self.every, self.wall = every, wall
        self.ledger = Ledger(exchange.home / "ledger.sqlite3", every=every)
        self.state = self._last_state()
        self._remembers = bool(self.state.healths)
        self._pruned: float | None = None
        self._once = Once(logger)

    def run(self, *, patience: float = START) -> None:
        """For ever; see `warm_up` for `patience`."""
        self.warm_up(patience)
        while True:
            began = self.wall()
            self.round()
            time.sleep(pause(began, self.wall(), self.every))

    def warm_up(self, seconds: float) -> None:
        """Measure and keep nothing until everything works, or for so long: a start that takes its time is no outage."""
        everything = {check.component for check in self.measuring.checks}
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            seen = self._measured(self.wall())
            self.exchange.turn(refused=seen.refused)
            if {result.component for result in seen.results if not result.outcome.fails} == everything:
                return
            time.sleep(0.25)

    def round(self) -> None:
        at = self.wall()
        seen = self._measured(at)
        planned = self.exchange.published.maintained_at(moment(at))
        results = [replace(result, planned=result.component in planned) for result in seen.results]
        healths = dict(self.state.healths)
        for result in results:
            healths[result.component] = judged(healths.get(result.component), result, every=self.every)
            if result.reason:
                self._once.warn(f"check of {result.component}", f"{result.outcome.value}, {result.reason}")
            else:
                self._once.is_well(f"check of {result.component}")
        over = self.exchange.published.over_at(moment(at))
        own = followed(self.state.outages or self._taken_over(at), healths, at, planned, over)
        oldest = at - OWN_FOR.total_seconds()
        own = [
            outage
            for outage in own
            if not outage.is_over or (outage.started_at > oldest and not self.exchange.is_told(outage))
        ]
        self.state = State(healths, own[-MOST_OWN:])
        self.ledger.add(results, self.state)
        self.exchange.turn(self.state.outages, refused=seen.refused, within=min(NEWS_WITHIN, self.every / 4))
        self._draw(results)
        self._prune()

    def _measured(self, at: float) -> Round:
        # Whatever hangs, there is another round before the time has passed that counts as a gap (judging.GAP).
        return self.measuring.round(self.exchange.key, at=at, seconds=min(LONGEST, self.every))

    def _taken_over(self, at: float) -> list[Outage]:
        """In the first round without a memory: what was left open. Nobody else would close it."""
        if self._remembers:
            return []
        self._remembers = True
        left = self.exchange.left_open(moment(at))
        return [] if left is None else [outages.taken_over(left)]

    def _draw(self, results: list[Result]) -> None:
        """The next round tries again."""
        now = moment(self.wall())
        try:
            latest = {**self.ledger.latest(now), **{result.component: result for result in results}}
            days = self.ledger.days(now, DAYS)
        except sqlite3.Error as wrong:
            self._once.complain("the status ledger", f"can't be read, {wrong}")
            with contextlib.suppress(OSError):
                self.ledger.reopen()
            return
        own = [outages.told(outage) for outage in self.state.outages]
        published = self.exchange.published.and_own(own)
        picture = Picture(now, self.every, latest, self.state.healths, days, published)
        try:
            publishing.write(drawing.files(picture), self.public)
        except OSError as wrong:
            self._once.complain("the status page", f"can't be written, {wrong.strerror}")
        except Exception:
            logger.exception("the status page can't be drawn")
        else:
            self._once.is_well("the status page")
            self._once.is_well("the status ledger")

    def _prune(self) -> None:
        now = time.monotonic()
        if self._pruned is None or now - self._pruned > PRUNE_EVERY:
            self._pruned = now
            self.ledger.prune(moment(self.wall()))

    def _last_state(self) -> State:
        try:
            return self.ledger.state()
        except (sqlite3.Error, ValueError, LookupError, TypeError) as wrong:
            logger.error("where the last prober stood can't be read: %s", type(wrong).__name__)
            return State({}, [])


def followed(
    own: list[Outage],
    healths: Mapping[str, Health],
    at: float,
    planned: frozenset[str],
    over: frozenset[str] = frozenset(),
) -> list[Outage]:
    """The outages after one more round: the last one goes on, or ends, or another one begins.

    `over`: ids of those that were called over, by staff where we would go on. What failed in one is no news until it
    works again; anything more is.
    """
    going_on = own[-1] if own and not own[-1].is_over else None
    before = own if going_on is None else own[:-1]
    if going_on is not None and going_on.id in over:
        failing = {key for key, health in healths.items() if health.status.fails}
        if failing and failing <= planned.union(going_on.components):
            return own
        going_on = None
    after = outages.followed(going_on, healths, at, planned=planned)
    return before if after is None else [*before, after]


def pause(began: float, now: float, every: float) -> float:
    """Seconds from the end of a round (Unix seconds, as its beginning) to the next one.

    That falls into the middle of one of the stretches by which the ledger counts: a round a moment early or late is
    still one in each. Never more than two of `every`, whatever becomes of the clock.
    """
    wait = (every / 2 - now) % every
    return wait + every if (now + wait) // every == began // every else wait


@contextlib.contextmanager
def the_only_one(home: Path, *, wait: bool = True) -> Iterator[None]:
    """A second prober of the same folder waits here until the first one is gone; or raises Taken."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "prober.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise Taken from None
            logger.info("Another prober measures into %s; waiting", home)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
