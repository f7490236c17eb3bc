"""Pictures of the service on good days and on bad ones, by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.text import Text
from registry.status.components import KEYS, Status
from registry.status.incidents import Impact, Incident, Published, Stage, Update
from registry.status.judging import Health, Result
from registry.status.ledger import Day
from registry.status.picture import DAYS, Picture
from registry.status.times import day_of

EVERY = 30.0
NOW = datetime(2026, 11, 22, 10, 4, 30, tzinfo=UTC)  # 17.04 in Jakarta
A_DAY = int(86_400 / EVERY)
OK, SLOW, PART, DOWN = Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL, Status.MAJOR
TODAY = int((10 + 7 + 4.5 / 60) * 3600 / EVERY)  # rounds of today so far, in Jakarta
TITLE = Text("Pencarian nomor terganggu", "Look-ups fail")
BODY = Text("Kami sedang memeriksa.\n\nBaris kedua.", "We are looking into it.\n\nA second paragraph.")
MARKUP = Text(
    '<b>Tebal</b> & <script>alert(1)</script> " data-when="now"',
    '<b>Bold</b> & <script>alert(1)</script> " data-when="now"',
)


def full_days(now: datetime = NOW) -> list[Day]:
    today = day_of(now)
    return [Day(today - timedelta(days=ago), TODAY if ago == 0 else A_DAY) for ago in reversed(range(DAYS))]


def picture(
    *,
    now: datetime = NOW,
    statuses: Mapping[str, Status] | None = None,
    days: Mapping[str, Sequence[Day]] | None = None,
    incidents: Sequence[Incident] = (),
    last: timedelta = timedelta(seconds=3),
) -> Picture:
    """All well for ninety days, but for what is given. `last`: how long ago the newest round began."""
    at = (now - last).timestamp()
    every = dict.fromkeys(KEYS, OK) | dict(statuses or {})
    return Picture(
        now,
        EVERY,
        {key: Result(key, at, status, 20) for key, status in every.items()},
        {key: Health(status, at - 600, ((at, status),)) for key, status in every.items()},
        {key: full_days(now) for key in KEYS} | dict(days or {}),
        Published(now, tuple(incidents)),
    )


def update(stage: Stage, at: datetime, body: Text, *components: str) -> Update:
    return Update(f"upd_{stage.value}{at:%d%H%M}", stage, body, at, components)


def incident(
    name: str = "look",
    *,
    began: datetime = NOW - timedelta(minutes=10),
    ended: datetime | None = None,
    title: Text = TITLE,
    body: Text = BODY,
    impact: Impact = Impact.MAJOR,
    components: tuple[str, ...] = ("lookups",),
    automatic: bool = False,
) -> Incident:
    updates = [update(Stage.INVESTIGATING, began + timedelta(minutes=1), body, *components)]
    if ended is not None:
        over = Text("Sudah pulih.", "It works again.")
        updates += [
            update(Stage.MONITORING, ended, over),
            update(Stage.RESOLVED, ended + timedelta(minutes=5), over),
        ]
    return Incident(
        f"inc_{name}", title, impact, components, began, tuple(updates), ended, automatic=automatic
    )


def maintenance(name: str, start: datetime, until: datetime) -> Incident:
    return Incident(
        f"inc_{name}",
        Text("Pembaruan basis data", "Database upgrade"),
        Impact.MAINTENANCE,
        ("admin",),
        start,
        (update(Stage.SCHEDULED, NOW - timedelta(days=3), Text("Sekitar satu jam.", "About an hour.")),),
        scheduled_for=start,
        scheduled_until=until,
    )


def bad_days() -> list[Day]:
    """Of every kind: not measured, measured in part, slow, down a little, more, all day, maintained."""
    days = full_days()
    for ago in range(60, DAYS):
        days[-1 - ago] = Day(days[-1 - ago].day)
    for ago, changed in {
        0: {"failed": 20},
        3: {"failed": 3},
        7: {"failed": 100},
        8: {"failed": 1200},
        15: {"rounds": 900},
        21: {"degraded": 400},
        30: {"rounds": 2000, "planned": 880},
        31: {"rounds": 0, "planned": A_DAY},
        40: {"rounds": 40, "failed": 40},
    }.items():
        days[-1 - ago] = replace(days[-1 - ago], **changed)
    return days


ALL_WELL = picture()
OUTAGE = picture(
    statuses={"lookups": DOWN, "forms": SLOW},
    days={"lookups": bad_days()},
    incidents=[
        incident(automatic=True),
        incident("old", began=NOW - timedelta(days=3), ended=NOW - timedelta(days=3, hours=-1)),
    ],
)
SILENT = picture(last=timedelta(hours=5))
MAINTAINED = picture(
    incidents=[
        maintenance("now", NOW - timedelta(minutes=30), NOW + timedelta(minutes=30)),
        maintenance("soon", NOW + timedelta(days=2), NOW + timedelta(days=2, hours=1)),
        maintenance("later", NOW + timedelta(days=9), NOW + timedelta(days=9, hours=30)),
        maintenance("past", NOW - timedelta(days=6), NOW - timedelta(days=6, hours=-2)),
    ]
)
FLAPPING = picture(statuses={"messages": SLOW})
LONG = picture(
    incidents=[
        incident(
            title=Text("Panjang " * 15, "W" * 120),
            body=Text(("Kalimat yang panjang sekali. " * 170)[:5000], "x" * 5000),
            components=KEYS,
        )
    ]
)
FOREIGN = picture(incidents=[incident(title=MARKUP, body=MARKUP)])
NEVER = Picture(NOW, EVERY, {}, {}, {}, Published(NOW))
PICTURES = {
    "all well": ALL_WELL,
    "an outage goes on": OUTAGE,
    "no data for hours": SILENT,
    "maintenance": MAINTAINED,
    "flapping": FLAPPING,
    "long texts": LONG,
    "markup in texts": FOREIGN,
    "no round ever": NEVER,
}


def moved(picture: Picture, now: datetime) -> Picture:
    """The same story, as if it were `now`."""
    days = day_of(now) - day_of(picture.now)

    def move(thing: Any) -> Any:
        match thing:
            case datetime():
                return thing + (now - picture.now)
            case date():
                return thing + days
            case float() if thing > EVERY:  # a moment: Unix seconds
                return thing + (now - picture.now).total_seconds()
            case tuple() | list():
                return type(thing)(map(move, thing))
            case dict():
                return {key: move(value) for key, value in thing.items()}
            case _ if is_dataclass(thing) and not isinstance(thing, Text | type):
                return replace(thing, **{one.name: move(getattr(thing, one.name)) for one in fields(thing)})
        return thing

    found: Picture = move(picture)
    return found
