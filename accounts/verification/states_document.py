"""`docs/states.md`, generated from the transition tables."""

from collections.abc import Iterable
from typing import NamedTuple

from accounts.badges.models import LIVE, BadgeStatus
from accounts.badges.services import TRANSITIONS as BADGE_TRANSITIONS
from accounts.suggestions.models import SuggestionStatus
from accounts.suggestions.services import TRANSITIONS as SUGGESTION_TRANSITIONS
from accounts.verification.models import OPEN, Kind, Status
from accounts.verification.transitions import TRANSITIONS

START = "[*]"  # Mermaid's mark for both the beginning and the end


class Line(NamedTuple):
    action: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    event: str
    who: str


def markdown() -> str:
    """The whole document. It depends on nothing but the code, so that `make check` can compare it."""
    applications = [
        Line("start", (), (Status.DRAFT.value,), "application.started", "owner"),
        *(
            Line(
                line.action,
                tuple(status.value for status in line.sources),
                tuple(status.value for status in line.targets),
                line.event,
                line.who,
            )
            for line in TRANSITIONS.values()
        ),
    ]
    badges = [
        Line("issue", (), (BadgeStatus.ACTIVE.value,), "badge.issued", "an approval as verified"),
        *(
            Line(
                line.action,
                tuple(status.value for status in line.sources),
                (line.target.value,),
                line.event,
                line.who,
            )
            for line in BADGE_TRANSITIONS.values()
        ),
    ]
    suggestions = [
        Line("send", (), (SuggestionStatus.NEW.value,), "suggestion.sent", "an owner or a client app"),
        *(
            Line(
                line.action,
                tuple(status.value for status in line.sources),
                (line.target.value,),
                line.event,
                line.who,
            )
            for line in SUGGESTION_TRANSITIONS.values()
        ),
    ]
    ended = [status.value for status in Status if status not in OPEN]
    over = [status.value for status in BadgeStatus if status not in LIVE]
    kinds = ", ".join(f"`{kind.value}`" for kind in Kind)
    return "\n".join(
        [
            "# States",
            "",
            "Generated from `accounts/verification/transitions.py`, `accounts/badges/services.py` and",
            "`accounts/suggestions/services.py` by `manage.py generate_docs`; `make check` fails when it is out of date.",
            "Change the tables, not this page.",
            "",
            "## Application",
            "",
            f"Kinds: {kinds}. An account has at most one open application of each kind. Each line writes its event;",
            "an action from a state that its line does not name is refused (`wrong_status`, or `decided_by_another`)",
            "and changes nothing.",
            "",
            *_table(applications),
            "",
            *_diagram(applications, ended),
            "",
            "A claim (who works on a case) is a lease beside the state; every action releases it.",
            "",
            "## Badge",
            "",
            "Live is active or suspended; an account has at most one live badge. An action from another state is",
            "refused (`badge_wrong_status`).",
            "",
            *_table(badges),
            "",
            *_diagram(badges, over),
            "",
            "## Suggestion",
            "",
            "Planned and done are public, by the staff's own words. A sender who is a person is told of each change. An",
            "action from another state is refused (`suggestion_wrong_status`), one on what somebody else of the staff has",
            "changed meanwhile too (`stale`).",
            "",
            *_table(suggestions),
            "",
            *_diagram(suggestions, ()),
            "",
        ]
    )


def _table(lines: Iterable[Line]) -> list[str]:
    rows = [
        f"| `{line.action}` | {_named(line.sources)} | {_named(line.targets)} | `{line.event}` | {line.who} |"
        for line in lines
    ]
    return ["| action | from | to | event | who |", "|---|---|---|---|---|", *rows]


def _named(statuses: Iterable[str]) -> str:
    return ", ".join(statuses) or "–"


def _diagram(lines: Iterable[Line], final: Iterable[str]) -> list[str]:
    """One arrow for each pair of states, with every action that leads along it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        for source in line.sources or (START,):
            for target in line.targets:
                arrows.setdefault((source, target), []).append(line.action)
    drawn = [
        f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()
    ]
    ends = [f"    {status} --> {START}" for status in final]
    return ["```mermaid", "stateDiagram-v2", *drawn, *ends, "```"]
