"""What may hang, done in a thread of its own, one at a time: whoever waits for it waits as long as they like."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    """Threads die with the process: nobody waits for one at the end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._done = threading.Event()
        self._done.set()
        self._began = 0.0
        self._result: T | None = None
        self._failure: Exception | None = None

    def begin(self, work: Callable[[], T]) -> bool:
        """False: the one before has not ended; nothing is begun."""
        if not self._done.is_set():
            return False
        self._result = self._failure = None
        self._began = time.monotonic()
        self._done = threading.Event()
        thread = threading.Thread(target=self._run, args=(work, self._done), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads are to be had
            self._done.set()
            return False
        return True

    def busy_for(self) -> float:
        """Seconds."""
        return 0.0 if self._done.is_set() else time.monotonic() - self._began

    def result(self, within: float) -> T | None:
        """None: not within so many seconds. Each result is given once. Raises what the work raised."""
        if not self._done.wait(max(0.0, within)):
            return None
        result, failure = self._result, self._failure
        self._result = self._failure = None
        if failure is not None:
            raise failure
        return result

    def _run(self, work: Callable[[], T], done: threading.Event) -> None:
        try:
            self._result = work()
        except Exception as failure:  # raised again in whoever asks for the result
            self._failure = failure
        finally:
            done.set()
