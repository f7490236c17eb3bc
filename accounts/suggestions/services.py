"""What may happen to a suggestion. Only this file writes its `status`."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.clients.models import ClientApp
from accounts.errors import Invalid, NotAllowed, Problem, Stale, TooMany
from accounts.machine import Transition
from accounts.messages import services as messages
from accounts.people import counting
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.suggestions.models import (
    ANSWER_LIMIT,
    PUBLIC,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Suggestion,
    SuggestionStatus,
    sender_field,
)

A_PERSON_A_DAY = 10
A_CLIENT_A_DAY = 1_000  # it speaks for many users
COUNTED_FOR = timedelta(days=2)  # the day itself is part of the counter's key
EXCERPT = 80  # characters of the sender's own words, in what we write to the sender
TRIAGE = "suggestions.triage_suggestion"


NEW, PLANNED, DONE, DECLINED = SuggestionStatus

# The machine; `send` has no source, it makes the row. docs/states.md is generated from here.
TRANSITIONS: dict[str, Transition[SuggestionStatus]] = {
    transition.action: transition
    for transition in [
        Transition(
            "plan",
            (NEW, DECLINED, DONE),
            PLANNED,
            "suggestion.planned",
            "a senior reviewer or an operator, with a public title",
        ),
        Transition("finish", (NEW, PLANNED), DONE, "suggestion.done", "as above"),
        Transition(
            "decline",
            (NEW, PLANNED),
            DECLINED,
            "suggestion.declined",
            "a senior reviewer or an operator, with a word why",
        ),
    ]
}


class _Repeated(Exception):  # no error: it takes the count back
    pass


class Sent(NamedTuple):
    suggestion: Suggestion
    new: bool  # False: the same text was sent before, today


@audit.transaction
def send(text: str, *, language: str = "", by: User | ClientApp) -> Sent:
    """The same text again on the same day (a double tap, an answer that got lost) is the suggestion it made.

    Raises Invalid: required, value_too_long, hidden_characters; TooMany suggestions_used_up.
    """
    text = text.replace("\r\n", "\n").strip()
    text = checks.required(text, "/text", TEXT_LIMIT, code="required")
    now = clock.now()
    facts: dict[str, Any] = {sender_field(by): by, "text": text, "day": clock.here(now).date()}
    limit = A_PERSON_A_DAY if isinstance(by, User) else A_CLIENT_A_DAY
    key = counting.key_of("suggestions", str(by.pk), str(facts["day"]))
    try:
        with transaction.atomic():
            # Whoever sends for the same sender at the same moment waits here for this one.
            may_send = counting.take(key, limit, COUNTED_FOR)
            if Suggestion.objects.filter(**facts).exists():
                raise _Repeated
            if not may_send:
                raise TooMany("suggestions_used_up", retry_after=_until_midnight(now), limit=limit)
            suggestion = Suggestion.objects.create(**facts, language=language, created_at=now)
    except _Repeated:
        return Sent(Suggestion.objects.get(**facts), new=False)
    audit.record("suggestion.sent", on=suggestion, by=by)
    return Sent(suggestion, new=True)


def _until_midnight(now: datetime) -> int:
    here = clock.here(now)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - here).total_seconds()) + 1


# What the staff make of it.


@audit.transaction
def plan(
    suggestion: Suggestion,
    *,
    title_id: str,
    title_en: str,
    answer_id: str = "",
    answer_en: str = "",
    revision: int,
    by: User,
) -> Suggestion:
    """It will be done: it stands in the public list, by this title. Raises as `_triage`."""
    words = _words(title_id, title_en, answer_id, answer_en)
    return _triage(suggestion, "plan", words, revision=revision, by=by)


@audit.transaction
def finish(
    suggestion: Suggestion,
    *,
    title_id: str,
    title_en: str,
    answer_id: str = "",
    answer_en: str = "",
    revision: int,
    by: User,
) -> Suggestion:
    """It is done. Raises as `_triage`."""
    words = _words(title_id, title_en, answer_id, answer_en)
    return _triage(suggestion, "finish", words, revision=revision, by=by)


@audit.transaction
def decline(suggestion: Suggestion, *, answer_id: str, answer_en: str, revision: int, by: User) -> Suggestion:
    """It won't be done, and the sender reads why. Raises as `_triage`."""
    return _triage(suggestion, "decline", _answer(answer_id, answer_en), revision=revision, by=by)


@audit.transaction
def reword(
    suggestion: Suggestion,
    *,
    title_id: str,
    title_en: str,
    answer_id: str = "",
    answer_en: str = "",
    revision: int,
    by: User,
) -> Suggestion:
    """Other words in the public list; nobody is written to. Raises as `_triage`."""
    require_permission(by, TRIAGE)
    words = _words(title_id, title_en, answer_id, answer_en)
    suggestion = _locked(suggestion, revision)
    if suggestion.status not in PUBLIC:
        raise NotAllowed("suggestion_wrong_status", action="reword", status=suggestion.status)
    _write(suggestion, words)
    audit.record("suggestion.reworded", on=suggestion, by=by)
    return suggestion


def _triage(
    suggestion: Suggestion, action: str, words: dict[str, str], *, revision: int, by: User
) -> Suggestion:
    """Take a suggestion over one line of the table, and tell the sender, where that is a person.

    `revision` is that of what `by` has read. Raises Forbidden permission_missing; Stale; NotAllowed
    suggestion_wrong_status; Invalid for the words.
    """
    require_permission(by, TRIAGE)
    suggestion = _locked(suggestion, revision)
    transition = TRANSITIONS[action]
    if suggestion.status not in transition.sources:
        raise NotAllowed("suggestion_wrong_status", action=action, status=suggestion.status)
    suggestion.status, suggestion.status_changed_at = transition.target, clock.now()
    suggestion.triaged_by = by
    _write(suggestion, words, "status", "status_changed_at", "triaged_by")
    audit.record(transition.event, on=suggestion, by=by)
    if suggestion.person is not None and suggestion.person.is_active:
        _tell(suggestion, suggestion.person, by)
    return suggestion


def _locked(suggestion: Suggestion, revision: int) -> Suggestion:
    """Raises Stale: somebody else of the staff was here since `by` read it."""
    fresh = Suggestion.objects.select_for_update(of=("self",)).select_related("person").get(pk=suggestion.pk)
    if fresh.revision != revision:
        raise Stale("stale")
    return fresh


def _write(suggestion: Suggestion, words: dict[str, str], *fields: str) -> None:
    suggestion.revision += 1
    for name, value in words.items():
        setattr(suggestion, name, value)
    suggestion.save(update_fields=["revision", *words, *fields])


def _words(title_id: str, title_en: str, answer_id: str, answer_en: str) -> dict[str, str]:
    titles = {"title_id": title_id.strip(), "title_en": title_en.strip()}
    if missing := [Problem("required", f"/{name}") for name, value in titles.items() if not value]:
        raise Invalid("required", problems=missing)
    for name, value in titles.items():
        checks.length(checks.visible(value, f"/{name}"), TITLE_LIMIT, f"/{name}")
    return titles | _answer(answer_id, answer_en, is_required=False)


def _answer(answer_id: str, answer_en: str, *, is_required: bool = True) -> dict[str, str]:
    """A word to the sender stands in both languages, or in none."""
    answers = {
        name: value.replace("\r\n", "\n").strip()
        for name, value in [("answer_id", answer_id), ("answer_en", answer_en)]
    }
    if is_required or any(answers.values()):
        for name, value in answers.items():
            checks.required(value, f"/{name}", ANSWER_LIMIT)
    return answers


def _tell(suggestion: Suggestion, person: User, by: User) -> None:
    text = " ".join(suggestion.text.split())
    excerpt = text if len(text) <= EXCERPT else text[: EXCERPT - 1].rstrip() + "…"
    messages.send(
        f"suggestion_{suggestion.status}",
        to=person,
        about=suggestion,
        by=by,
        params={
            "suggestion": excerpt,
            "answer": suggestion.answer or "",
            "link": "/my/suggestions/",
        },
    )
