"""How the figures are shown: charts with their titles, tables with their words."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.spoken import spoken
from accounts.verification.charts import Chart, Series, lines, shown, stacked_bars, strip
from accounts.verification.figures import Figures, Share
from accounts.verification.figures_queries import AGE_LIMITS
from accounts.verification.models import Outcome, ReasonFor, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Line:
    """A share in words and as a bar; without a bar where there are too few."""

    label: "StrOrPromise"
    share: Share
    bar: SafeString | None


@dataclass(frozen=True)
class Counted:
    label: "StrOrPromise"
    code: str
    times: int
    bar: SafeString


@dataclass(frozen=True)
class Page:
    waiting: Chart
    decisions: Chart
    overturned: list[Line]
    agreement: list[Line]
    reasons: list[tuple["StrOrPromise", list[Counted]]]
    ages: list[str]
    desks: list[tuple["StrOrPromise", list[int], int]]


_DESKS: dict[str, "StrOrPromise"] = {
    Status.SUBMITTED: _("unclaimed"),
    "claimed": _("claimed"),
    Status.AWAITING_SECOND: _("waiting for a second reviewer"),
    Status.NEEDS_INFORMATION: _("waiting for the owner"),
    Status.DEFERRED: _("deferred"),
    Status.DECIDED: _("decided, can be taken back"),
}


def of(figures: Figures) -> Page:
    overturned, agreement = figures.overturned, figures.agreement
    return Page(
        waiting=_waiting(figures),
        decisions=_decisions(figures),
        overturned=[
            _line(_("Overruled by a second reviewer"), overturned.overruled),
            _line(_("Taken back by whoever decided"), overturned.taken_back),
            _line(_("Undone by the clock: a guard no longer held"), overturned.by_the_clock),
            _line(_("Contested declines that ended approved"), overturned.contested),
        ],
        agreement=[
            _line(_("The second reviewer agreed"), agreement.second),
            _line(_("The blind review agreed"), agreement.blind),
        ],
        reasons=_reasons(figures),
        ages=_ages(),
        desks=[(_DESKS[desk.name], desk.cases, desk.total) for desk in figures.desks],
    )


def _waiting(figures: Figures) -> Chart:
    waiting = figures.waiting
    told = ngettext(
        "%(cases)s application; half waited no longer than %(p50)s working hours, nine in ten no longer than %(p90)s.",
        "%(cases)s applications; half waited no longer than %(p50)s working hours, nine in ten no longer than %(p90)s.",
        waiting.cases,
    ) % {"cases": shown(waiting.cases), "p50": shown(waiting.p50), "p90": shown(waiting.p90)}
    return lines(
        "waiting",
        gettext("Waiting time by day"),
        told if waiting.cases else gettext("No application was decided for the first time in this period."),
        unit=gettext("working hours"),
        x=gettext("Day"),
        labels=_days(figures),
        series=[
            Series(gettext("half waited no longer (p50)"), [day.p50 for day in figures.waiting_a_day]),
            Series(gettext("nine in ten waited no longer (p90)"), [day.p90 for day in figures.waiting_a_day]),
        ],
    )


def _decisions(figures: Figures) -> Chart:
    told = ", ".join(
        f"{Outcome(outcome).label}: {shown(sum(counts))}" for outcome, counts in figures.a_day.items()
    )
    return stacked_bars(
        "decisions",
        gettext("Decisions by day"),
        told,
        unit=gettext("decisions"),
        x=gettext("Day"),
        labels=_days(figures),
        series=[Series(str(Outcome(outcome).label), counts) for outcome, counts in figures.a_day.items()],
    )


def _days(figures: Figures) -> list[str]:
    return [date_format(day, "j M") for day in figures.period.days]


def _line(label: "StrOrPromise", share: Share) -> Line:
    return Line(label, share, strip(share.share) if share.enough else None)


def _reasons(figures: Figures) -> list[tuple["StrOrPromise", list[Counted]]]:
    most = max((reason.times for reason in figures.reasons), default=1)
    return [
        (
            use.label,
            [
                Counted(spoken(reason.text), reason.code, reason.times, strip(reason.times / most))
                for reason in figures.reasons
                if reason.use == use
            ],
        )
        for use in ReasonFor
    ]


def _ages() -> list[str]:
    under = ngettext("under %(days)s day", "under %(days)s days", AGE_LIMITS[0]) % {"days": AGE_LIMITS[0]}
    between = [
        gettext("%(low)s to %(high)s days") % {"low": low, "high": high} for low, high in pairwise(AGE_LIMITS)
    ]
    return [under, *between, gettext("over %(days)s days") % {"days": AGE_LIMITS[-1]}]
