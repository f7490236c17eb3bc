"""The servers of a comparison: the registry's own, and what it is compared with (tests/bench/baselines)."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import psycopg

from accounts.badges import cards
from tests.bench import server
from tests.bench.scale import stores
from tests.bench.scale.site import Registry
from tests.bench.server import Server
from tests.server import free_port

BASELINES = "tests.bench.baselines"


@contextmanager
def served(of: Registry, *, workers: int = 1, **settings: str) -> Iterator[Server]:
    """The registry as `make run` serves it."""
    command, port = server.registry(workers=workers)
    with server.running(command, port, of.environment(**settings)) as running:
        yield running


class Servers:
    """Started when they are asked for first, and running until `stack` is closed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._ours: dict[int, Server] = {}
        self._plain: dict[int, Server] = {}

    def ours(self, of: Registry) -> Server:
        if of.accounts not in self._ours:
            self._ours[of.accounts] = self._stack.enter_context(served(of))
        return self._ours[of.accounts]

    def plain(self, of: Registry) -> Server:
        """The view sets."""
        if of.accounts not in self._plain:
            self._plain[of.accounts] = self._stack.enter_context(
                _on_wsgi(of, "django_wsgi", "plain_settings")
            ).wait()
        return self._plain[of.accounts]


@contextmanager
def others(of: Registry) -> Iterator[dict[str, Server]]:
    """What else a look-up is compared with, each on one worker."""
    fill_cards(of)
    with ExitStack() as stack:
        servers = {
            "ok": _on_wsgi(of, "django_wsgi", "ok_settings"),
            "ok behind": _on_wsgi(of, "django_wsgi", "ok_behind_settings"),
            "bare": _on_wsgi(of, "bare_wsgi", "ok_settings"),
            "uvicorn": _fast(of, on_uvicorn),
            "granian": _fast(of, on_granian),
        }
        started = {name: stack.enter_context(one) for name, one in servers.items()}
        yield {name: one.wait() for name, one in started.items()}


def _on_wsgi(of: Registry, application: str, settings: str) -> AbstractContextManager[Server]:
    command, port = server.registry(f"{BASELINES}.{application}:application")
    environment = of.environment(DJANGO_SETTINGS_MODULE=f"{BASELINES}.{settings}")
    return server.starting(command, port, environment)


def _fast(of: Registry, on: Callable[[int], list[str]]) -> AbstractContextManager[Server]:
    port = free_port()
    return server.starting(on(port), port, of.environment())


def on_uvicorn(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", f"{BASELINES}.fast:app", "--host=127.0.0.1", f"--port={port}"),
        *("--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"),
    ]


def on_granian(port: int) -> list[str]:
    return [
        *(sys.executable, "-c", "from granian.cli import entrypoint; entrypoint()"),
        *("--interface=asgi", "--http=1", "--no-ws", "--host=127.0.0.1", f"--port={port}", "--workers=1"),
        *("--loop=uvloop", "--log-level=warning", f"{BASELINES}.fast:app"),
    ]


def fill_cards(of: Registry) -> None:
    """FastAPI's table of stored cards, with the very bytes that the registry answers: those of its store.

    Made once for a folder that is kept. Who has it up to date, and when a term is over, would be another matter.
    """
    with psycopg.connect(of.url("owner"), autocommit=True) as database:
        made = database.execute("SELECT to_regclass('bench_card') IS NOT NULL").fetchone()
        if made and made[0]:
            return
        started = time.perf_counter()
        with database.transaction():
            database.execute("CREATE TABLE bench_card (number text, etag text, card bytea)")
            with database.cursor().copy("COPY bench_card FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(["text", "text", "bytea"])
                for number, card in stores.cards(of):
                    copy.write_row((number, cards.etag(card), card))
            database.execute("ALTER TABLE bench_card ADD PRIMARY KEY (number)")
        database.execute("VACUUM ANALYZE bench_card")
        print(
            f"{of.accounts:,} cards stored for FastAPI in {time.perf_counter() - started:.0f} s", flush=True
        )
