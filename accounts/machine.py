"""A line of a state machine's table."""

from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=str)


@dataclass(frozen=True)
class Transition(Generic[State]):
    """`event` is the kind that the journal gets, `who` a word for docs/states.md."""

    action: str
    sources: tuple[State, ...]
    target: State
    event: str
    who: str
