"""A real follower on the test's own database and folder, and what a worker would answer from its store."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection

from accounts.badges import cards
from accounts.cardstore import building, generations, verifying
from accounts.cardstore.errors import Unusable
from accounts.cardstore.pulse import Pulse
from accounts.display import queries
from tests.server import ROOT, environment, until

# Asks for numbers as a worker does: for each line with a folder and numbers a line of cards, null where the database
# would be asked. A child of its own answers each line, as LMDB may end the process that reads a damaged page; then the
# line is null.
READER = """
import json, os, sys
from pathlib import Path
import lmdb
from django.conf import settings
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.reading import Reader

def answer(reader, number):
    try:
        store, _, freshness = reader.current()
        with store.reading() as view:
            return store.card(view, number, store.policy(view), freshness.now).decode()
    except Damaged as damage:
        reader.report(store, damage)
    except (Unusable, lmdb.Error):
        pass
    return None

def answers(folder, numbers):
    come, go = os.pipe()
    if not os.fork():
        settings.VAR_DIR = Path(folder)
        reader = Reader()
        with os.fdopen(go, "w") as pipe:
            json.dump([answer(reader, number) for number in numbers], pipe)
        os._exit(0)
    os.close(go)
    with os.fdopen(come) as pipe:
        said = pipe.read()
    os.wait()
    return said or "null"

for line in sys.stdin:
    print(answers(*json.loads(line)), flush=True)
"""


def database_url() -> str:
    facts = connection.settings_dict
    return " ".join(
        f"{name}='{facts[key]}'"
        for name, key in {
            "host": "HOST",
            "port": "PORT",
            "user": "USER",
            "password": "PASSWORD",
            "dbname": "NAME",
        }.items()
        if facts[key]
    )


def own_environment(**more: str) -> dict[str, str]:
    return environment(
        VAR_DIR=str(settings.VAR_DIR),
        DATABASE_URL=database_url(),
        DATABASE_POOL_SIZE="0",
        LOG_LEVEL="INFO",
        **more,
    )


class Follower:
    """`manage.py cards follow` as a process."""

    def __init__(self) -> None:
        self.output: Path = settings.VAR_DIR / "follower.output"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, preexec: Callable[[], None] | None = None, **env: str) -> "Follower":
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "cards", "follow"],
                cwd=ROOT,
                env=own_environment(**env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=preexec,
            )
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def end(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(20)

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def has_caught_up(self, within: float = 60) -> bool:
        until(lambda: has_caught_up() or not self.is_alive(), within)
        return self.is_alive() and has_caught_up()


def has_caught_up() -> bool:
    """Whether a store that beats has all of the journal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM audit_event")
        (seq,) = cursor.fetchone()
    try:
        beat = Pulse(generations.pulse_file()).last()
    except Unusable:
        return False
    return bool(beat.generation) and beat.cursor == seq and beat.age() < 2_000_000


def cards_command(*arguments: str, check: bool = True, **env: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "manage.py", "cards", *arguments],
        cwd=ROOT,
        env=own_environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def verified() -> None:
    """What `manage.py cards verify` does finds nothing."""
    found = verifying.verify()
    assert not found.count, found
    assert found.accounts


def build() -> None:
    """A first store, which a follower takes over when it starts."""
    building.build()


class Worker:
    """Answers as web workers do, each of which may die of a damaged store. One process for all tests: it only reads."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def ask(self, numbers: Sequence[str]) -> list[str | None] | None:
        """None: it died of it."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", READER],
                cwd=ROOT,
                env=own_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(settings.VAR_DIR), numbers]) + "\n")
        self.process.stdin.flush()
        answers: list[str | None] | None = json.loads(self.process.stdout.readline())
        return answers

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def rendered(numbers: Sequence[str]) -> list[str]:
    found = queries.find(numbers)
    assert found.policy is not None
    return [cards.render(row, found.policy).decode() for row in found.rows]


def current_generation() -> Path:
    return generations.folder() / Pulse(generations.pulse_file()).last().generation


def is_right(answers: Sequence[str | None] | None, numbers: Sequence[str]) -> bool:
    """Each is what the database says, or the database is asked, or nobody answered."""
    return answers is None or all(
        given is None or given == expected for given, expected in zip(answers, rendered(numbers), strict=True)
    )
