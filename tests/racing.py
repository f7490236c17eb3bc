"""Races with real threads on real connections."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from accounts.errors import DomainError

LONGEST_PAUSE = (
    0.003  # seconds before a statement: threads then meet in the middle of a service, not only at its start
)


def race(*acts: Callable[[], object]) -> list[str]:
    """Start all of them at the same moment: "done", or the code of the refusal, of each.

    Anything else that is raised (a deadlock, a broken constraint) fails the test.
    """
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            try:
                connection.ensure_connection()
            except BaseException:
                together.abort()  # nobody waits for who can't come
                raise
            together.wait(timeout=120)  # 180 connections take their time on two cores
            with connection.execute_wrapper(_pause):
                act()
            return "done"
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def hesitate(
    act: Callable[[], object], *, before: str, until: Callable[[], object] = lambda: time.sleep(0.05)
) -> Callable[[], object]:
    """`act`, but the first statement that starts with `before` comes only after `until` has returned."""
    waited: list[bool] = []

    def wait(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(before) and not waited:
            waited.append(True)
            until()
        return execute(sql, params, many, context)

    def slowly() -> object:
        with connection.execute_wrapper(wait):
            return act()

    return slowly


def outcomes(results: Sequence[str]) -> dict[str, int]:
    return {code: results.count(code) for code in sorted(set(results))}


def _pause(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    time.sleep(random.random() * LONGEST_PAUSE)
    return execute(sql, params, many, context)
