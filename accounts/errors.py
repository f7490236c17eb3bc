"""What may go wrong in the domain: typed exceptions, each with a stable code and a sentence in both languages.

`registry/errors.py` turns an exception into one HTTP answer, the admin into one message. No Django here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.sentences import SENTENCES, WORDS
from accounts.text import Text


@dataclass(frozen=True)
class Problem:
    """One thing to mend: `pointer` is the JSON pointer (RFC 6901) of the field, or empty for the whole."""

    code: str
    pointer: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    sentence: Text | None = None

    @property
    def text(self) -> Text:
        return (self.sentence or SENTENCES[self.code]).format(**_spoken(self.params))


class DomainError(Exception):
    """A refusal. Nothing was changed; the sentence says what to do."""

    def __init__(self, code: str, *, problems: Sequence[Problem] = (), **params: Any) -> None:
        self.code = code
        self.params = params
        self.problems = tuple(problems)
        super().__init__(code)

    @property
    def text(self) -> Text:
        return SENTENCES[self.code].format(**_spoken(self.params))

    def __str__(self) -> str:
        return f"{self.code}: {self.text.en}"


def _spoken(params: Mapping[str, Any]) -> dict[str, Any]:
    """In a sentence stand words for people; in `params`, which programs read, the codes."""
    return {name: WORDS.get(name, {}).get(value, value) for name, value in params.items()}


class NotAllowed(DomainError):
    """The state of things forbids it: wrong status, no claim, a guard that does not hold."""


class Forbidden(DomainError):
    """Whoever asks may never do this here: missing role, missing scope, a member of the business."""


class Unauthenticated(DomainError):
    """Nobody we know asks."""


class NotFound(DomainError):
    """No such thing, or none that the asker may know of: the answer is the same."""


class Invalid(DomainError):
    """What was sent can't be accepted as written; `problems` name the fields."""


class Stale(DomainError):
    """The thing was changed by somebody else in the meantime."""


class TooMany(DomainError):
    """A limit is reached. `retry_after` is in seconds, where waiting helps."""

    def __init__(self, code: str, *, retry_after: int | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.retry_after = retry_after
