"""Suggestions: sending them, and every action from every status."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit.models import Event, LogEntry
from accounts.clients.models import ClientApp
from accounts.errors import DomainError, Forbidden, Invalid, NotAllowed, Stale, TooMany
from accounts.messages.models import Channel, Message
from accounts.people.models import User
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion, SuggestionStatus
from tests.suggestions.conftest import ANSWERS, TITLES, send, triage

pytestmark = pytest.mark.usefixtures("db")
PATH_TO = {"new": [], "planned": ["plan"], "done": ["finish"], "declined": ["decline"]}


def at(status: str, *, of: Any, by: User) -> Suggestion:
    suggestion = send(of)
    for action in PATH_TO[status]:
        triage(action, suggestion, by=by)
    suggestion.refresh_from_db()
    assert suggestion.status == status
    return suggestion


# --- sending ---


def test_an_owner_suggests_something_and_the_journal_does_not_say_what(ada: User) -> None:
    suggestion = send(ada, "  First line.\r\nSecond line.  ", language="en")
    assert (suggestion.text, suggestion.language) == ("First line.\nSecond line.", "en")
    assert (suggestion.person, suggestion.client, suggestion.status) == (ada, None, "new")
    event = Event.objects.get(kind="suggestion.sent")
    assert (event.on, event.by, event.data) == (suggestion.pk, ada.pk, {})


def test_the_same_text_on_the_same_day_is_the_same_suggestion(ada: User, mallory: User) -> None:
    first = suggestions.send("More colours.", by=ada)
    again = suggestions.send(" More colours.\r\n", by=ada)
    assert (again.suggestion, first.new, again.new) == (first.suggestion, True, False)
    assert Event.objects.filter(kind="suggestion.sent").count() == 1
    assert suggestions.send("More colours.", by=mallory).new
    Suggestion.objects.update(day=first.suggestion.day - timedelta(days=1))
    assert suggestions.send("More colours.", by=ada).new


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        (" \n\t ", "required"),
        ("x" * 2_001, "value_too_long"),
        ("zero\u200bwidth", "hidden_characters"),
        ("turned \u202e around", "hidden_characters"),
        ("nul \0", "hidden_characters"),
    ],
)
def test_what_can_not_be_read_is_refused(ada: User, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        suggestions.send(text, by=ada)
    assert (refused.value.code, refused.value.problems[0].pointer) == (code, "/text")
    assert not Suggestion.objects.exists()


def test_emoji_and_any_script_are_welcome(ada: User) -> None:
    text = "👩‍🍳 نص عربي ᬩᬮᬶ <b>&amp;</b>"
    assert send(ada, text).text == text


def test_after_so_many_a_day_it_is_tomorrow(ada: User, mallory: User, kai: ClientApp) -> None:
    for n in range(suggestions.A_PERSON_A_DAY):
        send(ada, f"Number {n}")
    with pytest.raises(TooMany) as refused:
        send(ada, "One more")
    assert refused.value.code == "suggestions_used_up"
    assert 0 < (refused.value.retry_after or 0) <= 24 * 3600 + 1
    assert not suggestions.send("Number 3", by=ada).new  # the same again counts for nothing
    assert send(mallory, "One more") and send(kai, "One more")


# --- every action from every status ---


@pytest.mark.parametrize("status", SuggestionStatus.values)
@pytest.mark.parametrize("action", suggestions.TRANSITIONS)
def test_every_action_from_every_status(action: str, status: str, ada: User, olga: User) -> None:
    suggestion = at(status, of=ada, by=olga)
    transition = suggestions.TRANSITIONS[action]
    before = Suggestion.objects.values().get()
    events, told = Event.objects.count(), Message.objects.count()
    if status not in transition.sources:
        with pytest.raises(NotAllowed, match="suggestion_wrong_status"):
            triage(action, suggestion, by=olga)
        assert Suggestion.objects.values().get() == before
        assert (Event.objects.count(), Message.objects.count()) == (events, told)
        return
    suggestion = triage(action, suggestion, by=olga)
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.triaged_by) == (transition.target, olga)
    assert suggestion.status_changed_at is not None and suggestion.revision == before["revision"] + 1
    event = Event.objects.latest("seq")
    assert (event.kind, event.on, event.by, event.data) == (transition.event, suggestion.pk, olga.pk, {})
    assert (Event.objects.count(), Message.objects.count()) == (events + 1, told + 1)


@pytest.mark.parametrize("action", [*suggestions.TRANSITIONS, "reword"])
def test_who_may_not_triage_changes_nothing(action: str, ada: User, rita: User, olga: User) -> None:
    suggestion = at("planned" if action == "reword" else "new", of=ada, by=olga)
    for nobody in (rita, ada):
        with pytest.raises(Forbidden, match="permission_missing"):
            triage(action, suggestion, by=nobody)
    assert LogEntry.objects.filter(kind="refused").count() == 2


# --- words ---


@pytest.mark.parametrize(
    ("action", "words", "pointers"),
    [
        ("plan", {"title_id": "", "title_en": " "}, ["/title_id", "/title_en"]),
        ("finish", {"title_en": ""}, ["/title_en"]),
        ("plan", {"answer_id": "Nanti."}, ["/answer_en"]),
        ("plan", {"answer_en": "Later."}, ["/answer_id"]),
        ("plan", {"title_en": "x" * 121}, ["/title_en"]),
        ("plan", {"title_en": "two\nlines"}, ["/title_en"]),
        ("decline", {"answer_id": ""}, ["/answer_id"]),
        ("decline", {"answer_en": " \n"}, ["/answer_en"]),
        ("decline", {"answer_en": "x" * 1_001}, ["/answer_en"]),
    ],
)
def test_the_staffs_words_stand_in_both_languages(
    action: str, words: dict[str, str], pointers: list[str], ada: User, olga: User
) -> None:
    suggestion = send(ada)
    with pytest.raises(Invalid) as refused:
        triage(action, suggestion, by=olga, **words)
    assert [problem.pointer for problem in refused.value.problems] == pointers
    suggestion.refresh_from_db()
    assert (suggestion.status, suggestion.revision) == ("new", 1)


def test_the_words_can_be_changed_later_and_nobody_is_told(ada: User, olga: User, sinta: User) -> None:
    suggestion = at("done", of=ada, by=olga)
    told = Message.objects.count()
    suggestion = triage("reword", suggestion, by=sinta, title_en="Hours on the card", **ANSWERS)
    assert suggestion.title and suggestion.title.en == "Hours on the card"
    assert suggestion.answer and suggestion.answer.id == ANSWERS["answer_id"]
    assert suggestion.triaged_by == olga
    assert Message.objects.count() == told
    assert Event.objects.latest("seq").kind == "suggestion.reworded"
    for status in ("new", "declined"):
        with pytest.raises(NotAllowed, match="suggestion_wrong_status"):
            triage("reword", at(status, of=sinta if status == "new" else olga, by=olga), by=sinta)


def test_who_comes_second_is_told_so(ada: User, olga: User, sinta: User) -> None:
    """Also where the table would allow it: planned may be declined, but not by somebody who has read new."""
    suggestion = send(ada)
    triage("plan", suggestion, by=olga)
    with pytest.raises(Stale):
        suggestions.decline(suggestion, **ANSWERS, revision=1, by=sinta)
    suggestion.refresh_from_db()
    assert suggestion.status == "planned"


# --- what the sender and the public see ---


def test_R9_the_sender_is_told_once_a_change_in_the_readers_language(ada: User, olga: User) -> None:
    User.objects.filter(pk=ada.pk).update(language="en")
    text = "Please show the opening hours of my bakery on the card, also on Sundays and on holidays."
    suggestion = send(ada, text)
    triage("plan", suggestion, by=olga)
    triage("decline", suggestion, by=olga)
    triage("plan", suggestion, by=olga)
    templates = list(Message.objects.order_by("pk").values_list("template", flat=True))
    assert templates == ["suggestion_planned", "suggestion_declined", "suggestion_planned"]
    declined = Message.objects.get(template="suggestion_declined")
    assert (declined.to, declined.about, declined.language) == (ada.email, suggestion.pk, "en")
    assert ANSWERS["answer_en"] in declined.body and "/my/suggestions/" in declined.body
    assert "Please show the opening hours" in declined.body and "holidays" not in declined.body


def test_a_sender_without_e_mail_gets_an_sms_and_an_app_or_who_left_gets_nothing(
    ada: User, mallory: User, kai: ClientApp, olga: User
) -> None:
    User.objects.filter(pk=ada.pk).update(email=None, phone="+12025550123")
    User.objects.filter(pk=mallory.pk).update(is_active=False)
    for sender in (ada, mallory, kai):
        triage("plan", send(sender), by=olga)
    message = Message.objects.get()
    assert (message.to, message.channel) == ("+12025550123", Channel.SMS)


def test_the_public_sees_what_is_planned_and_done_the_latest_first(ada: User, olga: User) -> None:
    one, two, three, _ = (send(ada, f"Number {n}") for n in range(4))
    triage("plan", one, by=olga)
    triage("decline", two, by=olga)
    triage("finish", three, by=olga)
    assert list(Suggestion.objects.public()) == [three, one]
    triage("finish", one, by=olga)
    assert list(Suggestion.objects.public()) == [one, three]


def test_nothing_is_lost_by_a_refusal(ada: User, olga: User) -> None:
    suggestion = send(ada)
    with pytest.raises(DomainError):
        suggestions.plan(suggestion, **{**TITLES, "title_id": ""}, revision=1, by=olga)
    assert not Message.objects.exists()
