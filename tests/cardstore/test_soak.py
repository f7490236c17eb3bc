"""Cards change and are asked for all the time, over real HTTP: nothing grows, and no answer is older than it may be.

`make soak` goes on for ten minutes, or as many seconds as SOAK_SECONDS says; `make test` for twenty seconds.
"""

import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

import pytest

from tests.bench.server import memory
from tests.cardstore.wire import has_applied_all, receive, request, send
from tests.server import ROOT, Server, children_of, running, until

pytestmark = pytest.mark.alone

STALE_AFTER = 2  # seconds: the bound, which an answer of the store that does not call itself stale keeps
READERS = 2
PAUSE_SECONDS = 0.002  # of each, between two requests
IN_A_BATCH = 20
MAY_GROW_BY_MEGABYTES = 3.0  # a process, from the second third on: what is filled once
MAY_GROW_A_MINUTE = 0.3  # and a little with the numbers: 6 MB in ten minutes
WRITE = "from tests.cardstore.mixing import write; write()"
SETTINGS = {
    "UNDO_WINDOW": "0",
    "QUALITY_SHARE": "0",
    "CARDS_STALE_AFTER": str(STALE_AFTER),
    "QUOTA_REQUESTS_PER_MINUTE": "1000000",
    "QUOTA_NUMBERS_PER_DAY": "100000000",
}


class Change(NamedTuple):
    begun: float
    committed: float
    card: str


class Answer(NamedTuple):
    number: str
    asked: float
    answered: float
    card: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("soak"), **SETTINGS) as server:
        assert until(lambda: has_applied_all(server))
        for _ in range(100):  # what a worker loads for the long way round, it has loaded
            card = request("GET", "/v1/contacts/+12025550199?long", key=server.first_run()["api_key"])
            assert send(server.port, card).status == 200
        yield server


class Soak:
    def __init__(self, server: Server) -> None:
        self.server, self.key = server, server.first_run()["api_key"]
        self.history: dict[str, list[Change]] = {}
        self.numbers: list[str] = []
        self.answers: list[list[Answer]] = [[] for _ in range(READERS)]
        self.memory: dict[str, list[tuple[float, float]]] = defaultdict(list)  # (all, without mapped files)
        self.not_modified = self.said_stale = 0
        self.is_over = threading.Event()
        self.failed: list[BaseException] = []
        self._cards: dict[str, str] = {}

    def run(self, seconds: float) -> None:
        with self._writing() as writer:
            threads = [
                threading.Thread(target=self._guarded, args=[work, *given])
                for work, *given in (
                    (self._note, writer), (self._weigh,), *((self._read, place) for place in range(READERS))
                )
            ]  # fmt: skip
            for thread in threads:
                thread.start()
            self.is_over.wait(seconds)
            self.is_over.set()
        for thread in threads:
            thread.join()
        assert not self.failed, self.failed

    def _guarded(self, work: Callable[..., None], *given: object) -> None:
        try:
            work(*given)
        except BaseException as wrong:
            self.failed.append(wrong)
            self.is_over.set()

    @contextmanager
    def _writing(self) -> Iterator["subprocess.Popen[str]"]:
        writer = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", WRITE],
            cwd=ROOT,
            env={**self.server.env, "REGISTRY_ROLE": "web", "DATABASE_POOL_SIZE": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield writer
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.wait(20)

    def _note(self, writer: "subprocess.Popen[str]") -> None:
        assert writer.stdout is not None
        with writer.stdout as lines:
            for line in lines:
                if not line.endswith("\n"):
                    break
                number, begun, committed, before, after = json.loads(line)
                if number not in self.history:
                    self.history[number] = [Change(0, 0, self._same(before))]
                    self.numbers.append(number)
                self.history[number].append(Change(begun, committed, self._same(after)))
        assert self.is_over.is_set(), "the writer ended by itself"

    def _read(self, place: int) -> None:
        tags: dict[str, tuple[str, str]] = {}
        with closing(socket.create_connection(("127.0.0.1", self.server.port), timeout=20)) as connection:
            while not self.is_over.is_set():
                time.sleep(PAUSE_SECONDS)
                if len(self.numbers) < IN_A_BATCH:
                    continue
                if random.random() < 0.1:
                    self._read_many(connection, self.answers[place])
                    continue
                number = random.choice(self.numbers[-200:])
                tag, known = tags.get(number, ("", ""))
                lines = [f"If-None-Match: {tag}"] if tag and random.random() < 0.3 else []
                asked = time.monotonic()
                connection.sendall(request("GET", f"/v1/contacts/{number}", *lines, key=self.key))
                reply = receive(connection)
                answered = time.monotonic()
                assert reply.status in (200, 304), reply
                card = self._same(reply.body.decode()) if reply.status == 200 else known
                tags[number] = (str(reply.header("etag")), card)
                self.not_modified += reply.status == 304
                self.said_stale += reply.header("registry-stale") != "false"
                self.answers[place].append(Answer(number, asked, answered, card))

    def _read_many(self, connection: socket.socket, answers: list[Answer]) -> None:
        numbers = random.sample(self.numbers, IN_A_BATCH)
        body = json.dumps({"numbers": numbers}).encode()
        asked = time.monotonic()
        connection.sendall(request("POST", "/v1/contacts/lookup", body=body, key=self.key))
        reply = receive(connection)
        answered = time.monotonic()
        assert reply.status == 200, reply
        self.said_stale += reply.header("registry-stale") != "false"
        document = json.loads(reply.body)
        listed = {card["number"]: self._same_card(card) for card in document["cards"]}
        assert sorted([*listed, *document["not_listed"]]) == sorted(numbers)
        answers += [Answer(number, asked, answered, listed.get(number, "")) for number in numbers]

    def _weigh(self) -> None:
        services = children_of(self.server.pid)
        (web,) = (pid for pid, line in services.items() if "granian" in line)
        (follower,) = (pid for pid, line in services.items() if "cards follow" in line)
        weighed = {f"web worker {pid}": pid for pid, line in children_of(web).items()}
        weighed["follower"] = follower
        while not self.is_over.wait(0.5):
            for name, pid in weighed.items():
                held = memory(pid)
                assert held["VmRSS"], f"{name} ended"
                self.memory[name].append((held["VmRSS"], held["RssAnon"]))

    # --- what to make of it ---

    def _same(self, card: str) -> str:
        return self._same_card(json.loads(card))

    def _same_card(self, card: dict[str, object]) -> str:
        """Equal for equal cards, and one object: there are few cards and many answers. Empty: not listed."""
        text = json.dumps(card, sort_keys=True) if card["listed"] else ""
        return self._cards.setdefault(text, text)

    def lateness(self, answer: Answer) -> float | None:
        """Seconds since the card was another one already when it was asked for; None: it never was that one."""
        found, history = None, self.history[answer.number]
        for place, change in enumerate(history):
            if change.card != answer.card or change.begun > answer.answered:
                continue
            following = history[place + 1] if place + 1 < len(history) else None
            late = max(0.0, answer.asked - following.committed) if following else 0.0
            found = late if found is None else min(found, late)
        return found

    def grown(self) -> dict[str, tuple[float, float, float]]:
        """(MB in the second third, in the last one, all of it with the mapped files) of each process."""
        figures = {}
        for name, weights in self.memory.items():
            third = len(weights) // 3
            anonymous = [held for _, held in weights]
            figures[name] = (
                statistics.median(anonymous[third : 2 * third]),
                statistics.median(anonymous[2 * third :]),
                weights[-1][0],
            )
        return figures

    def course(self, name: str) -> str:
        weights = self.memory[name]
        return " ".join(f"{held:.0f}" for _, held in weights[:: len(weights) // 20 + 1])


def soak(server: Server, seconds: float) -> None:
    soaked = Soak(server)
    soaked.run(seconds)
    answers = [answer for some in soaked.answers for answer in some]
    changes = sum(len(history) - 1 for history in soaked.history.values())
    lateness = [soaked.lateness(answer) for answer in answers]
    wrong = [answer for answer, late in zip(answers, lateness, strict=True) if late is None]
    late = sorted(late for late in lateness if late)
    print(
        f"\n{seconds:.0f} s: {changes} changes of {len(soaked.history)} numbers; {len(answers)} cards read, "
        f"{soaked.not_modified} of them not modified; {len(late)} of an answer that was older than the last change, "
        f"{1000 * (late[-1] if late else 0):.0f} ms at most; {soaked.said_stale} said so of themselves"
    )
    minutes = seconds / 60
    allowed = MAY_GROW_BY_MEGABYTES + MAY_GROW_A_MINUTE * minutes
    for name, (before, after, everything) in soaked.grown().items():
        print(
            f"{name}: {before:.1f} MB, then {after:.1f} MB; {everything:.1f} MB with the files it maps; "
            f"may grow by {allowed:.1f} MB; in the course of it: {soaked.course(name)}"
        )
    assert changes and answers
    assert not wrong, (len(wrong), wrong[0], soaked.history[wrong[0].number])
    assert not late or late[-1] < STALE_AFTER
    for name, (before, after, _) in soaked.grown().items():
        assert after - before < allowed, name
    assert until(lambda: has_applied_all(server))
    print(server.manage("cards", "verify"))


def test_twenty_seconds(server: Server) -> None:
    soak(server, 20)


@pytest.mark.soak
def test_ten_minutes(server: Server) -> None:
    soak(server, float(os.environ.get("SOAK_SECONDS", "600")))
