"""Suggestions at the same moment, on real connections."""

import pytest

from accounts.audit.models import Event
from accounts.clients.models import ClientApp
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion
from tests.racing import outcomes, race
from tests.suggestions.conftest import ANSWERS, TITLES, send

pytestmark = pytest.mark.usefixtures("committed")
AT_ONCE = 30


@pytest.mark.parametrize("sender", ["ada", "kai"])
def test_thirty_at_once_are_no_more_than_a_day_allows(
    sender: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed with a count that was read first and written afterwards."""
    monkeypatch.setattr(suggestions, "A_CLIENT_A_DAY", suggestions.A_PERSON_A_DAY)
    by = request.getfixturevalue(sender)
    said = race(*[lambda n=n: send(by, f"Number {n}") for n in range(AT_ONCE)])
    limit = suggestions.A_PERSON_A_DAY
    assert outcomes(said) == {"done": limit, "suggestions_used_up": AT_ONCE - limit}
    assert Suggestion.objects.count() == Event.objects.filter(kind="suggestion.sent").count() == limit


def test_the_same_text_thirty_times_at_once_is_one_and_counts_once(ada: User) -> None:
    """Failed without the look behind the count: one_suggestion_of_a_text_a_day_per_person refused the others."""
    found: list[str] = []
    assert outcomes(race(*[lambda: found.append(send(ada).pk)] * AT_ONCE)) == {"done": AT_ONCE}
    assert set(found) == {Suggestion.objects.get().pk}
    for n in range(suggestions.A_PERSON_A_DAY - 1):
        send(ada, f"Number {n}")


def test_of_two_who_triage_at_once_one_wins_and_the_other_is_told(
    kai: ClientApp, ada: User, olga: User, sinta: User
) -> None:
    """Failed without the lock: both changed it, and the sender was told twice."""
    suggestion = send(ada)
    said = race(
        lambda: suggestions.plan(suggestion, **TITLES, revision=1, by=olga),
        lambda: suggestions.decline(suggestion, **ANSWERS, revision=1, by=sinta),
    )
    assert outcomes(said) == {"done": 1, "stale": 1}
    assert Message.objects.count() == 1
