"""Ninety days of one component, as bars and in numbers: what worked, what did not, and what nobody measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accounts.text import Text
from registry.status import times
from registry.status.components import NO_DATA
from registry.status.drawing.words import DAYS, HOURS, HOURS_AND_MINUTES, MINUTES, WORDS
from registry.status.ledger import Day

STEP, HEIGHT = 5, 30  # of a bar, in the drawing's own units; how wide it is says the style sheet
MARK = 4  # above the bar of a day with an outage, with as much room again to the bar
LOWEST = 3  # what a day without data still has, for it is a day
SLOW_FROM = 0.05  # the share of slow rounds from which a day is called slow
MUCH_FROM, SOME_FROM = 0.10, 0.01  # shares of failed rounds
MOST = 0.9  # of the time: what was measured for less is no word about all of it
NOTHING = Text("–", "–")
A_DAY = timedelta(days=1).total_seconds()


@dataclass(frozen=True)
class Bar:
    """One day of one component, ready to be drawn."""

    x: int  # of its middle
    height: int
    level: str  # up, slow, some, much, planned or missing: a class, and a word of the legend
    marked: bool
    day: Text
    uptime: Text
    down: Text
    missing: Text


def bars(days: Sequence[Day], now: datetime, *, every: float) -> list[Bar]:
    """`every`: seconds from one round to the next, by which the rounds are counted that should have been."""
    return [_bar(number, day, now, every) for number, day in enumerate(days)]


def lines(drawn: Sequence[Bar]) -> list[tuple[str, str]]:
    """For each level the path of all its bars, from the bottom up, and of their marks: a rectangle each is 50 kB."""
    found: dict[str, list[str]] = {}
    for bar in drawn:
        mark = f"M{bar.x} 0v{MARK}" if bar.marked else ""
        found.setdefault(bar.level, []).append(f"M{bar.x} {2 * MARK + HEIGHT}v-{bar.height}{mark}")
    return [(level, "".join(path)) for level, path in found.items()]


def share(part: float) -> Text:
    """Rounded down: what failed once in a million was not up for all of the time."""
    hundredths = math.floor(part * 10_000 + 1e-9)
    english = f"{hundredths // 100}.{hundredths % 100:02}".removesuffix(".00") + "%"
    indonesian = english.replace(".", ",")
    return Text(indonesian, english)


def uptime_of(days: Sequence[Day], *, every: float) -> Text:
    """Over all of them, and of how much where that is little; "no data" where nothing was measured."""
    rounds, failed = sum(day.rounds for day in days), sum(day.failed for day in days)
    if not rounds:
        return NO_DATA
    up, planned = share((rounds - failed) / rounds), sum(day.planned for day in days)
    if (rounds + planned) * every < MOST * len(days) * A_DAY:
        return WORDS["uptime_of"].format(share=up, time=duration(rounds * every, in_days=True))
    return WORDS["uptime"].format(share=up)


def seconds_missing(day: Day, now: datetime, *, every: float) -> float:
    """Of the time that has passed of that day; what is less than a round is nobody's fault."""
    expected = math.floor(_passed(day.day, now) / every)
    return max(0, expected - day.rounds - day.planned) * every


def duration(seconds: float, *, in_days: bool = False) -> Text:
    """In hours and whole minutes; a minute that has begun counts. Or, from two of them on, in whole days."""
    if seconds <= 0:
        return NOTHING
    if in_days and seconds >= 2 * A_DAY:
        return DAYS.format(days=int(seconds // A_DAY))
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    if hours and minutes:
        return HOURS_AND_MINUTES.format(hours=hours, minutes=minutes)
    return HOURS.format(hours=hours) if hours else MINUTES.format(minutes=minutes)


def _passed(day: date, now: datetime) -> float:
    begun = datetime.combine(day, time(), times.WIB)
    return min((now - begun).total_seconds(), A_DAY)


def _bar(number: int, day: Day, now: datetime, every: float) -> Bar:
    missing = seconds_missing(day, now, every=every)
    if missing < 2 * every:  # the round that goes on, and one that slipped over the edge of its half minute
        missing = 0
    passed = max(_passed(day.day, now), every)
    seen = (day.rounds + day.planned) > 0
    height = LOWEST
    if seen:
        height = max(LOWEST, round(HEIGHT * (1 - min(missing / passed, 1))))
    return Bar(
        number * STEP + STEP // 2,
        height,
        _level(day),
        day.failed > 0,
        times.day(day.day),
        NOTHING if day.uptime is None else share(day.uptime),
        duration(day.failed * every),
        duration(missing if seen else passed),
    )


def _level(day: Day) -> str:
    if day.rounds == 0:
        return "planned" if day.planned else "missing"
    failed = day.failed / day.rounds
    if failed >= MUCH_FROM:
        return "much"
    if failed >= SOME_FROM:
        return "some"
    return "slow" if failed or day.degraded / day.rounds >= SLOW_FROM else "up"
