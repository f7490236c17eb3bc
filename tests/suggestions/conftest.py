"""What the tests of suggestions have in common."""

from typing import Any

from accounts.people.models import User
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion

TITLES = {"title_id": "Jam buka di kartu", "title_en": "Opening hours on the card"}
ANSWERS = {"answer_id": "Bukan tugas registri.", "answer_en": "That is not the registry's task."}


def send(by: Any, text: str = "Show the opening hours.", **facts: Any) -> Suggestion:
    return suggestions.send(text, by=by, **facts).suggestion


def triage(action: str, suggestion: Suggestion, *, by: User, **words: str) -> Suggestion:
    """With the words that the action needs, on the revision that the row has now."""
    needed = ANSWERS if action == "decline" else TITLES
    suggestion.refresh_from_db()
    verb = getattr(suggestions, action)
    made: Suggestion = verb(suggestion, **{**needed, **words}, revision=suggestion.revision, by=by)
    return made
