"""What a prober measured: every round of ninety days, in a SQLite file of its own (docs/decisions/0023-status.md).

Not in PostgreSQL: it has to be written when PostgreSQL is what is broken, and kept by a prober on another host that has
none. One prober writes; whoever wants may read.
"""

import contextlib
import json
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from registry.status.components import KEYS, Status
from registry.status.incidents import Impact, Stage
from registry.status.judging import Health, Result
from registry.status.outages import Outage, Step
from registry.status.times import WIB, day_of, moment

logger = logging.getLogger(__name__)

KEPT = timedelta(days=91)  # the page shows 90 days, today among them
MOST_WAITING = 2_880  # rounds that are kept in memory while the disk takes nothing: a day of them
SCHEMA = """
CREATE TABLE IF NOT EXISTS probe (
    component TEXT NOT NULL,
    round INTEGER NOT NULL,           -- Unix seconds of its beginning, divided by the seconds between rounds
    at REAL NOT NULL,
    outcome TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    reason TEXT NOT NULL,
    planned INTEGER NOT NULL,
    PRIMARY KEY (component, round)    -- a clock that is put back measures no round twice
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS probe_by_time ON probe (at);
CREATE INDEX IF NOT EXISTS probe_of_component_by_time ON probe (component, at);
CREATE TABLE IF NOT EXISTS day (      -- what `probe` comes to, kept up with each round
    component TEXT NOT NULL,
    day TEXT NOT NULL,                -- of Jakarta
    rounds INTEGER NOT NULL,          -- that were measured, planned ones aside
    failed INTEGER NOT NULL,
    degraded INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    PRIMARY KEY (component, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


LATEST = """
SELECT at, outcome, milliseconds, reason, planned FROM probe WHERE component = ? AND at <= ? ORDER BY at DESC LIMIT 1
"""


@dataclass(frozen=True)
class Day:
    """Of one component, in rounds."""

    day: date
    rounds: int = 0
    failed: int = 0
    degraded: int = 0
    planned: int = 0

    @property
    def uptime(self) -> float | None:
        """The share of rounds, planned ones aside, in which it did what people came for; None: none was measured."""
        return None if self.rounds == 0 else (self.rounds - self.failed) / self.rounds


@dataclass
class State:
    """Where the prober stands: what its next round goes on from."""

    healths: dict[str, Health]
    outages: list[Outage]  # those not told to the database yet, and the one that goes on; oldest first


class Ledger:
    """`add` never fails for the disk's sake: what can't be written waits in memory, and is written when it can be."""

    def __init__(self, path: Path, *, every: float) -> None:
        """`every`: seconds between rounds. Raises OSError: the folder can't be used at all."""
        self.path, self.every = path, every
        self.waiting: deque[list[Result]] = deque(maxlen=MOST_WAITING)
        self._state: State | None = None
        self._complained = False
        self._file = self._opened()

    def add(self, results: Iterable[Result], state: State) -> bool:
        """One round. False: it waits in memory."""
        self.waiting.append(list(results))
        self._state = state
        try:
            try:
                if not self.path.exists():  # what is written to a removed file is gone with us
                    self.reopen()
                self._write(state)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged under us
                self.reopen()
                self._write(state)
        except (sqlite3.Error, OSError) as wrong:
            if not self._complained:
                logger.error("the status ledger %s can't be written: %s", self.path, wrong)
            self._complained = True
            return False
        self.waiting.clear()
        self._complained = False
        return True

    def _write(self, state: State) -> None:
        with self._transaction() as file:
            for round_ in self.waiting:
                for result in round_:
                    self._insert(file, result)
            self._keep(file, state)

    def state(self) -> State:
        if self._state is not None:
            return self._state
        rows = dict(self._file.execute("SELECT name, value FROM state"))
        healths = {
            key: Health(
                Status(health["status"]),
                health["since"],
                tuple((at, Status(outcome)) for at, outcome in health["recent"]),
            )
            for key, health in json.loads(rows.get("healths", "{}")).items()
        }
        outages = [_outage(written) for written in json.loads(rows.get("outages", "[]"))]
        return State(healths, outages)

    def days(self, now: datetime, count: int) -> dict[str, list[Day]]:
        """Of each component that was ever measured, the last `count` days in Jakarta, today last, empty ones too.

        What is from the future, by a clock that was put back, is not told before it is past.
        """
        today = day_of(now)
        span = [today - timedelta(days=ago) for ago in reversed(range(count))]
        found: dict[str, dict[date, Day]] = {}
        rows = self._file.execute(
            "SELECT component, day, rounds, failed, degraded, planned FROM day WHERE day BETWEEN ? AND ?",
            (span[0].isoformat(), today.isoformat()),
        )
        for component, day, *counts in rows:
            found.setdefault(component, {})[date.fromisoformat(day)] = Day(date.fromisoformat(day), *counts)
        return {key: [days.get(day, Day(day)) for day in span] for key, days in found.items()}

    def latest(self, now: datetime) -> dict[str, Result]:
        """The newest result of each component; what waits in memory counts."""
        found: dict[str, Result] = {}
        for key in KEYS:
            row = self._file.execute(LATEST, (key, now.timestamp())).fetchone()
            if row is not None:
                at, outcome, milliseconds, reason, planned = row
                found[key] = Result(key, at, Status(outcome), milliseconds, reason, bool(planned))
        for round_ in self.waiting:
            found |= {result.component: result for result in round_}
        return found

    def prune(self, now: datetime) -> None:
        """By the clock, but never the newest days that were measured: a clock that jumps ahead costs no history."""
        with contextlib.suppress(sqlite3.Error), self._transaction() as file:
            newest = "SELECT DISTINCT day FROM day ORDER BY day DESC LIMIT 1 OFFSET ?"
            last = file.execute(newest, (KEPT.days,)).fetchone()
            if last is None:
                return
            oldest = min(day_of(now - KEPT), date.fromisoformat(last[0]))
            file.execute(
                "DELETE FROM probe WHERE at < ?", (datetime.combine(oldest, time(), WIB).timestamp(),)
            )
            file.execute("DELETE FROM day WHERE day < ?", (oldest.isoformat(),))

    def reopen(self) -> None:
        """Where the file turned out to be damaged: set aside, and a new one. Raises OSError."""
        self._file.close()
        self._file = self._opened()

    def close(self) -> None:
        self._file.close()

    # --- the file ---

    def _opened(self) -> sqlite3.Connection:
        """One that can't be read is set aside, and a new one begun: measuring goes on."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return self._connected()
        except sqlite3.DatabaseError as wrong:
            if isinstance(wrong, sqlite3.OperationalError):
                raise OSError(f"{self.path} can't be used: {wrong}") from wrong
            aside = self.path.with_suffix(".damaged")
            os.replace(self.path, aside)
            for beside in ("-wal", "-shm"):
                self.path.with_name(self.path.name + beside).unlink(missing_ok=True)
            logger.error("the status ledger can't be read (%s): it is set aside as %s", wrong, aside)
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        file = sqlite3.connect(self.path, timeout=5, isolation_level=None)
        try:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = NORMAL")
            file.executescript(SCHEMA)
            if file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("its pages do not fit together")
            self._count_in_our_rounds(file)
        except sqlite3.Error:
            file.close()
            raise
        return file

    def _count_in_our_rounds(self, file: sqlite3.Connection) -> None:
        """Days are counts of rounds. Were those of another length, as many of ours as take as long: else hours without
        data would appear in days that are over, or vanish. Rounded up, so that no failure is lost.
        """
        kept = file.execute("SELECT value FROM state WHERE name = 'every'").fetchone()
        before = self.every if kept is None else float(kept[0])
        if before == self.every:
            return
        counts = ("rounds", "failed", "degraded", "planned")
        changed = ", ".join(f"{count} = CAST({count} * :times + 0.999 AS INTEGER)" for count in counts)
        file.execute("BEGIN IMMEDIATE")  # closing the file, as on a failure, takes it back
        file.execute(f"UPDATE day SET {changed}", {"times": before / self.every})  # noqa: S608  # our own names
        file.execute("UPDATE state SET value = ? WHERE name = 'every'", (json.dumps(self.every),))
        file.execute("COMMIT")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield self._file
            self._file.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._file.execute("ROLLBACK")
            raise

    def _insert(self, file: sqlite3.Connection, result: Result) -> None:
        added = file.execute(
            "INSERT OR IGNORE INTO probe VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                result.component,
                int(result.at // self.every),
                result.at,
                result.outcome.value,
                result.milliseconds,
                result.reason,
                int(result.planned),
            ),
        ).rowcount
        if not added:
            return
        measured = 0 if result.planned else 1
        file.execute(
            "INSERT INTO day VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET rounds = rounds + excluded.rounds,"
            " failed = failed + excluded.failed, degraded = degraded + excluded.degraded,"
            " planned = planned + excluded.planned",
            (
                result.component,
                day_of(moment(result.at)).isoformat(),
                measured,
                measured * result.outcome.fails,
                measured * (result.outcome == Status.DEGRADED),
                1 - measured,
            ),
        )

    def _keep(self, file: sqlite3.Connection, state: State) -> None:
        healths = {key: asdict(health) for key, health in state.healths.items()}
        outages = [asdict(outage) for outage in state.outages]
        for name, value in (("healths", healths), ("outages", outages), ("every", self.every)):
            file.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, json.dumps(value)))


def _outage(written: Mapping[str, object]) -> Outage:
    steps = tuple(
        Step(
            id=step["id"],
            at=step["at"],
            since=step["since"],
            stage=Stage(step["stage"]),
            components=tuple(step["components"]),
        )
        for step in written["steps"]  # type: ignore[attr-defined]  # a list, as `asdict` made it
    )
    return Outage(**{**written, "impact": Impact(str(written["impact"])), "steps": steps})  # type: ignore[arg-type]  # as `asdict` made it
