"""What is asked of each component, as its users ask it: the one table of checks, and what a round of them saw.

Nothing is written but messages to nobody. What only draws a page would answer also while the database is away, and be
called operational while nobody can sign in: a session that nobody has makes a page ask for it.
"""

import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings

from accounts.wire import Deadline
from registry.status.asking import Answer, Failed, Registry
from registry.status.components import KEYS, Status
from registry.status.errand import Errand
from registry.status.judging import Result

logger = logging.getLogger(__name__)

LONGEST = 10.0  # seconds that a check may take, whatever it asks
GRACE = 0.25  # seconds in which a check that ran out of time says so itself
A_NUMBER = "+12025550100"  # nobody's, where no other is named: its answer is as good as any
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0  # seconds between two questions whether a message was sent
RENEWABLE = {"key_unknown", "key_revoked", "key_malformed", "key_wrong_deployment", "scope_missing"}


class KeyRefused(Failed):
    """Ours, and not everybody's: it says nothing about the service. Used up it is by somebody who has it, too."""


@dataclass(frozen=True)
class Visit:
    """One check's: whom it asks, with which key, and until when."""

    registry: Registry
    key: str
    number: str
    deadline: Deadline

    def page(self, path: str) -> Answer:
        """Raises Failed."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={secrets.token_hex(16)}"
        answer = self.registry.ask(
            "GET", path, self.deadline, headers={"Accept": "text/html", "Cookie": cookie}
        )
        answer.require(200)
        return answer

    def api(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Answer:
        """Raises Failed."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        answer = self.registry.ask(method, path, self.deadline, headers=headers, body=sent)
        if answer.status in (401, 403, 429):
            code = str(_member(answer.json(), "code"))
            raise KeyRefused(code if code.isidentifier() and len(code) < 40 else f"status_{answer.status}")
        answer.require(status)
        return answer

    def wait(self, seconds: float) -> None:
        """Raises TimeoutError: there is no time left after that."""
        time.sleep(min(seconds, self.deadline.left()))
        self.deadline.left()


@dataclass(frozen=True)
class Check:
    """`run` returns why its answer is good but not as it should be, or ""; and raises Failed."""

    component: str
    name: str
    slow_after: float  # seconds
    run: Callable[[Visit], str]
    needs_key: bool = False


# --- what is asked ---


def one_number(visit: Visit) -> str:
    answer = visit.api("GET", f"/v1/contacts/{visit.number}")
    card = answer.json()
    listed = _member(card, "listed")
    if _member(card, "number") != visit.number or not isinstance(listed, bool):
        raise Failed("wrong_answer")
    if settings.PROBE["NUMBER"] and not listed:
        raise Failed("not_listed")
    return _staleness(answer)


def an_address_book(visit: Visit) -> str:
    answer = visit.api("POST", "/v1/contacts/lookup", {"numbers": [visit.number]})
    found = answer.json()
    cards, others, unsound = (_member(found, name) for name in ("cards", "not_listed", "invalid"))
    if not isinstance(cards, list) or unsound != []:
        raise Failed("wrong_answer")
    told = [_member(card, "number") for card in cards]
    if [told, others] not in ([[visit.number], []], [[], [visit.number]]):
        raise Failed("wrong_answer")
    if settings.PROBE["NUMBER"] and not told:
        raise Failed("not_listed")
    return _staleness(answer)


def form(path: str, *fields: str) -> Callable[[Visit], str]:
    """A page with a form that has these fields; its session is looked for in the database."""

    def run(visit: Visit) -> str:
        page = visit.page(path).body.decode(errors="replace")
        if "<form" not in page or not all(f'name="{name}"' in page for name in fields):
            raise Failed("wrong_answer")
        return ""

    return run


def message(channel: str) -> Callable[[Visit], str]:
    """Into the outbox, through the queue and the worker, until it was handed over: to nobody, where operators name
    no address. Whether the last step works, messages to people tell.
    """

    def run(visit: Visit) -> str:
        made = visit.api("POST", "/v1/probes", {"channel": channel}, status=201).json()
        pause = FIRST_PAUSE
        while (status := _member(made, "status")) == "waiting":
            try:
                visit.wait(pause)
            except TimeoutError as late:
                raise Failed("not_sent_in_time") from late
            pause = min(LONGEST_PAUSE, pause * 1.5)
            made = visit.api("GET", f"/v1/probes/{_member(made, 'id')}").json()
        if status != "sent" or made.get("gateway") == "fails":
            raise Failed("not_sent")
        return ""

    return run


# `slow_after` is what makes people think that something is wrong, not what a good day looks like.
CHECKS = (
    Check("lookups", "one_number", 1.0, one_number, needs_key=True),
    Check("lookups", "an_address_book", 1.0, an_address_book, needs_key=True),
    Check("forms", "start", 3.0, form("/start/", "csrfmiddlewaretoken")),
    Check("forms", "sign_in", 3.0, form("/sign-in/", "csrfmiddlewaretoken", "contact")),
    Check("messages", "mail", 5.0, message("email"), needs_key=True),
    Check("messages", "telephone", 5.0, message("sms"), needs_key=True),
    Check("admin", "sign_in", 3.0, form("/admin/sign-in/", "csrfmiddlewaretoken", "login", "password")),
)


def _member(document: Any, name: str) -> Any:
    """Raises Failed: no object, or without it."""
    if not isinstance(document, dict) or name not in document:
        raise Failed("wrong_answer")
    return document[name]


def _staleness(answer: Answer) -> str:
    return "stale" if answer.headers.get("Registry-Stale") == "true" else ""


# --- a round ---


@dataclass(frozen=True)
class Seen:
    """Of one check."""

    milliseconds: int
    failed: str = ""  # why
    lessened: str = ""  # why it is not as it should be
    refused: str = ""  # why our key was
    broken: bool = False  # the check itself is


@dataclass(frozen=True)
class Round:
    """`refused` is why our key was, or ""."""

    results: list[Result]
    refused: str


@dataclass
class Measuring:
    """Each check has a thread; one that hangs has failed, also in the next round, and nothing waits for it."""

    registry: Registry
    number: str = A_NUMBER
    checks: tuple[Check, ...] = CHECKS
    _errands: dict[Check, Errand[Seen]] = field(init=False)

    def __post_init__(self) -> None:
        self._errands = {check: Errand(f"check {check.component} {check.name}") for check in self.checks}

    def round(self, key: str, *, at: float, seconds: float) -> Round:
        """All checks at the same time, those aside that need a key while there is none. Takes `seconds`, and GRACE."""
        deadline = Deadline(time.monotonic() + seconds)
        visit = Visit(self.registry, key, self.number, deadline)
        checks = [check for check in self.checks if key or not check.needs_key]
        begun = {check: self._errands[check].begin(partial(_seen, check, visit)) for check in checks}
        late = Seen(int(seconds * 1000), failed="timeout")
        seen: dict[str, list[Seen]] = {}
        for check, is_new in begun.items():
            left = deadline.moment + GRACE - time.monotonic()
            found = self._errands[check].result(left) if is_new else None
            seen.setdefault(check.component, []).append(found or late)
        refused = [one.refused for every in seen.values() for one in every if one.refused]
        results = [
            together(component, at, heard)
            for component in KEYS
            if component in seen and (heard := _heard(seen[component]))
        ]
        return Round(results, refused[0] if refused else "")


def _heard(seen: list[Seen]) -> list[Seen]:
    """No data rather than a failure: what our key is refused for says nothing of those of others, and a mistake of
    ours nothing of anything. But what failed beside it, has.
    """
    heard = [one for one in seen if not one.refused and not one.broken]
    return heard if len(heard) == len(seen) or any(one.failed for one in heard) else []


def together(component: str, at: float, seen: Iterable[Seen]) -> Result:
    """What its checks come to."""
    every = list(seen)
    failed = [one.failed for one in every if one.failed]
    lessened = [one.lessened for one in every if one.lessened]
    if len(failed) == len(every):
        outcome = Status.MAJOR
    elif failed:
        outcome = Status.PARTIAL
    else:
        outcome = Status.DEGRADED if lessened else Status.OPERATIONAL
    slowest = max(one.milliseconds for one in every)
    return Result(component, at, outcome, slowest, (*failed, *lessened, "")[0])


def _seen(check: Check, visit: Visit) -> Seen:
    began = time.monotonic()

    def passed() -> int:
        return int((time.monotonic() - began) * 1000)

    try:
        lessened = check.run(visit)
    except KeyRefused as refused:
        return Seen(passed(), refused=refused.reason)
    except Failed as failed:
        return Seen(passed(), failed=failed.reason)
    except Exception:  # nobody foresaw it, and the other components are still to be looked at
        logger.exception("check of %s %s", check.component, check.name)
        return Seen(passed(), broken=True)
    if not lessened and passed() > check.slow_after * 1000:
        lessened = "slow"
    return Seen(passed(), lessened=lessened)
