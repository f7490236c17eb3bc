"""The servers of a comparison: the registry's own, and what it is compared with (tests/bench/baselines)."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from accounts.display import cards, queries
from accounts.synthetic import numbers
from tests.bench import server
from tests.bench.scale.site import Registry
from tests.bench.server import Server
from tests.server import free_port

BASELINES = "tests.bench.baselines"
CHUNK = 1_000  # cards rendered at a time


@contextmanager
def served(of: Registry, *, workers: int = 1, **settings: str) -> Iterator[Server]:
    """The registry as `make run` serves it."""
    command, port = server.registry({}, workers=workers)
    with server.running(command, port, of.environment(**settings)) as running:
        yield running


def compared(of: Registry, stack: ExitStack) -> dict[str, Server]:
    fill_cards(of)
    asgi = _fast(of, stack)
    wsgi = {
        "plain": ("django_wsgi", "plain_settings"),
        "ok": ("django_wsgi", "ok_settings"),
        "ok behind": ("django_wsgi", "ok_behind_settings"),
        "bare": ("bare_wsgi", "ok_settings"),
    }
    return {"fast": asgi} | {
        name: stack.enter_context(_on_wsgi(of, application, settings))
        for name, (application, settings) in wsgi.items()
    }


def plain(of: Registry, stack: ExitStack) -> Server:
    """The view sets alone."""
    return stack.enter_context(_on_wsgi(of, "django_wsgi", "plain_settings"))


@contextmanager
def _on_wsgi(of: Registry, application: str, settings: str) -> Iterator[Server]:
    command, port = server.registry({}, f"{BASELINES}.{application}:application")
    environment = of.environment(DJANGO_SETTINGS_MODULE=f"{BASELINES}.{settings}")
    with server.running(command, port, environment) as running:
        yield running


def _fast(of: Registry, stack: ExitStack) -> Server:
    port = free_port()
    return stack.enter_context(server.running(fast_on_uvicorn(port), port, of.environment()))


def fast_on_uvicorn(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", f"{BASELINES}.fast:app", "--host=127.0.0.1", f"--port={port}"),
        *("--loop=uvloop", "--http=httptools", "--no-access-log", "--log-level=warning"),
    ]


def fast_on_granian(port: int) -> list[str]:
    return [
        *(sys.executable, "-c", "from granian.cli import entrypoint; entrypoint()"),
        *("--interface=asgi", "--http=1", "--no-ws", "--host=127.0.0.1", f"--port={port}", "--workers=1"),
        *("--loop=uvloop", "--log-level=warning", f"{BASELINES}.fast:app"),
    ]


def fill_cards(of: Registry) -> None:
    """FastAPI's table of stored cards, with the very bytes that the registry answers; made once for a kept folder."""
    with psycopg.connect(of.url("owner"), autocommit=True) as database:
        made = database.execute("SELECT to_regclass('bench_card') IS NOT NULL").fetchone()
        if made and made[0]:
            return
        started = time.perf_counter()
        with database.transaction(), of.here():
            database.execute("CREATE TABLE bench_card (number text, etag text, card bytea)")
            with database.cursor().copy("COPY bench_card FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(["text", "text", "bytea"])
                for number, card in _rendered(of.accounts):
                    copy.write_row((number, cards.etag(card), card))
            database.execute("ALTER TABLE bench_card ADD PRIMARY KEY (number)")
        database.execute("VACUUM ANALYZE bench_card")
        print(
            f"{of.accounts:,} cards stored for FastAPI in {time.perf_counter() - started:.0f} s", flush=True
        )


def _rendered(accounts: int) -> Iterator[tuple[str, bytes]]:
    for start in range(0, accounts, CHUNK):
        found = queries.find([numbers.number(i) for i in range(start, min(start + CHUNK, accounts))])
        assert found.policy is not None
        for row in found.rows:
            yield row.number, cards.render(row, found.policy)
