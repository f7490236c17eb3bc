"""The figures, computed a second way: from the journal alone, event by event, in plain Python."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured

from accounts.audit.models import Event
from accounts.people.models import User
from accounts.verification import figures, quality
from accounts.verification import services as verification
from accounts.verification.figures import Figures, Share
from accounts.verification.figures_period import Period, period_of, today
from accounts.verification.models import Application, QualityCheck, Status
from tests.factories import make_reviewer, make_submitted, owner_of, prove
from tests.verification.travelling import Clock

JAKARTA = ZoneInfo("Asia/Jakarta")
BEGINNING = datetime(2026, 2, 23, 9, 30, tzinfo=JAKARTA)  # a Monday; the figures are of March
DECIDED = {
    "application.approval_decided": "approve",
    "application.decline_decided": "decline",
    "application.bar_decided": "bar",
}


class History:
    """Weeks of work at the desk, all of it by the services."""

    def __init__(self, clock: Clock, rita: User, rudi: User, sinta: User) -> None:
        self.clock, self.chance = clock, random.Random(7)
        self.rita, self.rudi, self.sinta = rita, rudi, sinta

    def pause(self, most: float = 14.0) -> None:
        self.clock.go(timedelta(hours=self.chance.uniform(0.2, most)))

    def submitted(self, **facts: Any) -> Application:
        application = make_submitted(**facts)
        prove(application)
        self.pause(60)
        return application

    def decide(self, application: Application, outcome: str, by: User) -> Application:
        verification.claim(application, by=by)
        if outcome == "approve":
            return verification.approve(application, tier="verified", by=by)
        if outcome == "decline":
            reason = self.chance.choice(["evidence_insufficient", "name_of_another"])
            return verification.decline(application, reason=reason, by=by)
        return verification.bar(application, reason="fraud", by=by)

    def effect(self, application: Application) -> Application:
        self.clock.go(timedelta(minutes=6))
        return verification.take_effect(application)

    def asked(self, application: Application, by: User, *, answered: bool = True) -> None:
        verification.claim(application, by=by)
        verification.ask(application, field="website", text="Is it yours?", by=by)
        if answered:
            self.pause(50)
            verification.answer(application, text="Yes", by=owner_of(application.account))
            self.pause(3)

    def play(self) -> None:
        plots = [
            self.plain,
            self.plain,
            self.declined,
            self.asked_once,
            self.asked_twice,
            self.taken_back,
            self.seconded,
            self.overruled,
            self.contested_and_approved,
            self.contested_in_vain,
            self.contested_and_open,
            self.barred,
            self.fallen,
            self.left_asked,
            self.withdrawn,
        ]
        for _ in range(2):
            for plot in plots:
                plot()
                self.pause(4)

    def plain(self) -> None:
        self.effect(self.decide(self.submitted(), "approve", self.chance.choice([self.rita, self.rudi])))

    def declined(self) -> Application:
        return self.effect(self.decide(self.submitted(), "decline", self.rita))

    def asked_once(self) -> None:
        application = self.submitted()
        self.asked(application, self.rita)
        self.effect(self.decide(application, "approve", self.rita))

    def asked_twice(self) -> None:
        application = self.submitted()
        self.asked(application, self.rudi)
        self.asked(application, self.rudi)
        self.effect(self.decide(application, "decline", self.rudi))

    def taken_back(self) -> None:
        application = self.submitted()
        self.decide(application, "approve", self.rudi)
        self.clock.go(timedelta(minutes=1))
        verification.take_back(application, by=self.rudi)
        self.pause()
        self.effect(self.decide(application, "decline", self.rudi))

    def seconded(self) -> None:
        application = self.submitted(category="health")
        self.decide(application, "approve", self.rita)
        self.pause()
        self.effect(verification.second(application, by=self.sinta))

    def overruled(self) -> None:
        application = self.submitted(category="health")
        self.decide(application, "approve", self.rita)
        self.pause()
        verification.overrule(application, reason="Look again", by=self.sinta)
        self.pause()
        self.effect(self.decide(application, "approve", self.rudi))

    def contest(self) -> Application:
        application = self.declined()
        self.pause()
        verification.contest(application, text="Look here", by=owner_of(application.account))
        self.pause()
        return application

    def contested_and_approved(self) -> None:
        self.effect(self.decide(self.contest(), "approve", self.rudi))

    def contested_in_vain(self) -> None:
        application = self.contest()
        self.asked(application, self.sinta)
        self.effect(self.decide(application, "decline", self.sinta))

    def contested_and_open(self) -> None:
        self.contest()

    def barred(self) -> None:
        self.effect(self.decide(self.submitted(), "bar", self.rudi))

    def fallen(self) -> None:
        application = self.submitted()
        application = self.decide(application, "approve", self.rita)
        application.account.number_proofs.update(failed_at=self.clock.at)
        assert self.effect(application).status == Status.SUBMITTED

    def left_asked(self) -> None:
        self.asked(self.submitted(), self.rita, answered=False)

    def withdrawn(self) -> None:
        application = self.submitted(category="health")
        self.decide(application, "approve", self.rita)
        self.pause()
        verification.withdraw(application, by=owner_of(application.account))


@dataclass
class Made:
    """A decision, as the journal tells of it."""

    at: datetime
    outcome: str
    by: str
    reason: str
    first_in_effect: bool = False
    undone: str = ""
    seconded_by: str = ""
    waited: float | None = None


@dataclass
class Told:
    """What the journal says of one application."""

    submitted: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    asked: datetime | None = None
    decisions: list[Made] = field(default_factory=list)
    contested: Made | None = None
    status: str = ""


def working_hours(start: datetime, end: datetime) -> float:
    """Day by day: what of it lies between nine and five, where somebody works."""
    total, day = timedelta(0), start.astimezone(JAKARTA).date()
    while day <= end.astimezone(JAKARTA).date():
        if day.weekday() < 5 and (day.month, day.day) not in configured.FIXED_HOLIDAYS:
            opens, closes = (datetime.combine(day, time(hour), JAKARTA) for hour in (9, 17))
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        day += timedelta(days=1)
    return total / timedelta(hours=1)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def retold() -> dict[str, Told]:
    cases: dict[str, Told] = defaultdict(Told)
    for event in Event.objects.filter(kind__startswith="application.").order_by("seq"):
        case = cases[event.on]
        case.status = event.data.get("status", case.status)
        last = case.decisions[-1] if case.decisions else None
        if event.kind == "application.submitted":
            case.submitted = event.at
        elif event.kind == "application.asked":
            case.asked = event.at
        elif event.kind == "application.answered":
            assert case.asked is not None
            case.pauses.append((case.asked, event.at))
        elif event.kind in DECIDED:
            made = Made(event.at, DECIDED[event.kind], event.by, event.data.get("reason", ""))
            case.decisions.append(made)
        elif event.kind == "application.seconded":
            assert last is not None
            last.seconded_by = event.by
        elif event.kind == "application.took_effect":
            assert last is not None and case.submitted is not None
            if not any(made.first_in_effect for made in case.decisions):
                last.first_in_effect = True
                with_owner = sum(working_hours(*pause) for pause in case.pauses)
                last.waited = working_hours(case.submitted, last.at) - with_owner
        elif event.kind in ("application.overruled", "application.taken_back", "application.fell_back"):
            assert last is not None
            last.undone = event.kind.removeprefix("application.")
        elif event.kind == "application.contested":
            case.contested = last
    return cases


@pytest.fixture
def clock(db: None) -> Clock:
    return Clock(BEGINNING)


@pytest.fixture
def march(clock: Clock, settings: Any, rita: User, rudi: User, sinta: User) -> Period:
    settings.QUALITY_SHARE = 100
    History(clock, rita, rudi, sinta).play()
    checker = make_reviewer("checker")
    for number, check in enumerate(QualityCheck.objects.order_by("drawn_at")):
        if number % 5 < 4:
            quality.answer(check, agrees=number % 3 > 0, note="As I see it", by=checker)
    return period_of("2026-03", today())


def test_the_figures_are_those_of_the_journal(march: Period, clock: Clock, settings: Any) -> None:
    read = figures.read(march, each_reviewer=True)
    cases = retold()
    made = [one for case in cases.values() for one in case.decisions if march.start <= one.at < march.end]
    everything = [one for case in cases.values() for one in case.decisions]
    assert 15 < len(made) < len(everything)  # the history is longer than the month

    assert read.made == len(made)
    days = Counter((one.at.astimezone(JAKARTA).date(), one.outcome) for one in made)
    for outcome, counts in read.a_day.items():
        assert counts == [days[day, outcome] for day in march.days]

    waited = {one.at: one.waited for one in made if one.waited is not None}
    assert read.waiting.cases == len(waited) > 10 and read.waiting.p50
    assert read.waiting.p50 == pytest.approx(percentile([*waited.values()], 0.5), abs=1e-6)
    assert read.waiting.p90 == pytest.approx(percentile([*waited.values()], 0.9), abs=1e-6)
    for day, shown in zip(march.days, read.waiting_a_day, strict=True):
        of_the_day = [hours for at, hours in waited.items() if at.astimezone(JAKARTA).date() == day]
        assert shown.cases == len(of_the_day)
        assert shown.p90 == (pytest.approx(percentile(of_the_day, 0.9), abs=1e-6) if of_the_day else None)

    check_overturned(read, made, cases)
    check_agreement(read, made, march)
    check_reasons(read, made, march)
    check_reviewers(read, made)
    check_desks(read, cases, clock)
    check_holidays(read, march, settings)


def check_overturned(read: Figures, made: list[Made], cases: dict[str, Told]) -> None:
    undone = Counter(one.undone for one in made)
    assert all(undone[how] for how in ("overruled", "taken_back", "fell_back"))
    assert read.overturned.overruled == Share(undone["overruled"], len(made))
    assert read.overturned.taken_back == Share(undone["taken_back"], len(made))
    assert read.overturned.by_the_clock == Share(undone["fell_back"], len(made))
    # By identity: two decisions of one moment may be equal.
    contested = Counter(case.status for case in cases.values() if any(case.contested is one for one in made))
    ended = contested["approved"] + contested["declined"]
    assert contested["approved"] and contested["submitted"]
    assert read.overturned.contested == Share(contested["approved"], ended)
    assert read.overturned.contested_open == contested["submitted"]


def check_agreement(read: Figures, made: list[Made], march: Period) -> None:
    seconded = sum(1 for one in made if one.seconded_by)
    overruled = sum(1 for one in made if one.undone == "overruled")
    assert read.agreement.second == Share(seconded, seconded + overruled)
    drawn = Event.objects.filter(kind="quality.drawn")
    checked = Event.objects.filter(kind="quality.checked")
    in_march = [event.data["agrees"] for event in checked if march.start <= event.at < march.end]
    assert read.agreement.blind == Share(sum(in_march), len(in_march))
    assert read.agreement.blind_open == drawn.count() - checked.count() > 0


def check_reasons(read: Figures, made: list[Made], march: Period) -> None:
    told = Counter((one.outcome, one.reason) for one in made if one.reason)
    asked = Event.objects.filter(kind="application.asked")
    told.update(
        ("ask", event.data.get("reason", "")) for event in asked if march.start <= event.at < march.end
    )
    assert {(reason.use, reason.code): reason.times for reason in read.reasons} == told
    texts = {reason.code: reason.text.en for reason in read.reasons}
    assert texts[""] == "In the reviewer's own words" and texts["fraud"] not in ("", "fraud")


def check_reviewers(read: Figures, made: list[Made]) -> None:
    assert read.reviewers is not None
    people = {person.pk: str(person) for person in User.objects.exclude(username=None)}
    decided = Counter(people[one.by] for one in made)
    seconded = Counter(people[one.seconded_by] for one in made if one.seconded_by)
    overruled = Counter(people[one.by] for one in made if one.undone == "overruled")
    assert {one.name: one.made for one in read.reviewers} == {
        name: decided[name] for name in decided | seconded
    }
    assert {one.name: one.seconded for one in read.reviewers if one.seconded} == dict(seconded)
    assert {one.name: one.overruled for one in read.reviewers if one.overruled} == dict(overruled)


def check_desks(read: Figures, cases: dict[str, Told], clock: Clock) -> None:
    """What is open now, by desk and age; the claims ran out long ago."""
    expected: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for case in cases.values():
        if case.submitted is not None and case.status in figures.DESKS:
            age = (clock.at - case.submitted) / timedelta(days=1)
            expected[case.status][sum(age >= limit for limit in (1, 3, 7, 30))] += 1
    shown = {desk.name: desk.cases for desk in read.desks if desk.total}
    assert shown == dict(expected) and len(shown) == 2


def check_holidays(read: Figures, march: Period, settings: Any) -> None:
    """Days that become holidays are not worked, for the figures as for the queue's due dates."""
    settings.FIXED_HOLIDAYS = [*settings.FIXED_HOLIDAYS, *((3, day) for day in range(9, 28))]
    after = figures.read(march, each_reviewer=False)
    assert after.reviewers is None and after.waiting.cases == read.waiting.cases
    assert read.waiting.p90 is not None and after.waiting.p90 is not None
    assert after.waiting.p90 < read.waiting.p90


def test_an_empty_period_has_figures_too(db: None) -> None:
    read = figures.read(period_of("7", today()), each_reviewer=True)
    assert (read.made, read.waiting.cases, read.waiting.p50, read.reasons) == (0, 0, None, [])
    assert not read.agreement.blind.enough and read.agreement.blind.share == 0


def test_a_month_is_that_of_the_staff(db: None) -> None:
    period = period_of("2026-10", datetime(2026, 11, 22, tzinfo=UTC).date())
    assert period.start.isoformat() == "2026-10-01T00:00:00+07:00"
    assert period.end.isoformat() == "2026-11-01T00:00:00+07:00"
    assert len(period.days) == 31
