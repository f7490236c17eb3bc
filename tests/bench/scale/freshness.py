"""From the commit of a revocation until every worker answers by it; each worker is asked on a line of its own."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from statistics import median, quantiles

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Badge
from accounts.clients import services as clients
from accounts.synthetic import numbers as synthetic
from tests.bench import wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers, site
from tests.bench.scale.comparisons import served
from tests.bench.scale.lines import to_each_worker
from tests.bench.scale.rounds import Answer, Line
from tests.bench.scale.single import CONTACTS

WORKERS = 2
LIMIT_MEDIAN, LIMIT_P99 = 20, 100  # milliseconds
KEYS, KEY_LIMIT = 20, 1_000  # milliseconds
GIVEN_UP_AFTER = 10  # seconds
MOST_UNSEEN = 2  # then nothing is waited for any longer
PAUSE_MS, CALLERS = 10, 16  # of the load beside it
LOAD_SECONDS = 600  # at most


def measure(of: site.Registry, revocations: int, folder: Path) -> Iterator[Measure]:
    with ExitStack() as stack:
        ours = stack.enter_context(served(of, workers=WORKERS))
        stack.enter_context(of.here())
        lines = stack.enter_context(to_each_worker(ours, wrk.get(CONTACTS + synthetic.number(0), of.key)))
        file = wrk.write(
            folder / "beside", [wrk.get(CONTACTS + one, of.key) for one in numbers.mixed(of.accounts)]
        )
        yield from _badges(of, lines, revocations, "with nothing else to do")
        with _load(ours.port, file, PAUSE_MS):
            yield from _badges(of, lines, revocations, "under load", judged=True)
            yield from _keys(lines)
        with _load(ours.port, file, None):
            yield from _badges(of, lines, max(revocations // 4, 10), "with all workers busy")


@contextmanager
def _load(port: int, file: Path, pause_ms: int | None) -> Iterator[None]:
    with wrk.started(port, file, LOAD_SECONDS, CALLERS, pause_ms=pause_ms) as process:
        time.sleep(1)
        try:
            yield
        finally:
            process.kill()


def _badges(
    of: site.Registry, lines: Mapping[int, Line], revocations: int, when: str, *, judged: bool = False
) -> Iterator[Measure]:
    seen, with_commit = [], []
    for badge in _some_active(of.accounts, revocations):
        request = wrk.get(CONTACTS + str(badge.account.number), of.key)
        for line in lines.values():
            if _without_badge(line.ask(request)):
                raise SystemExit("a live badge is not shown: what is measured would mean nothing")
        began = time.perf_counter()
        badges.revoke(badge, reason="fraud", by=audit.SYSTEM)
        committed = time.perf_counter()
        last = _until(lines, request, _without_badge)
        seen.append(1_000 * (last - committed))
        with_commit.append(1_000 * (last - began))
        if sum(one > 1_000 * GIVEN_UP_AFTER for one in seen) > MOST_UNSEEN:
            raise SystemExit(f"{MOST_UNSEEN + 1} revocations were not seen within {GIVEN_UP_AFTER} s")
    what = f"revocation committed → answered by all {len(lines)} workers, {when}"
    if judged:
        yield held(f"{what}, median of {revocations}", median(seen), "ms", "<=", LIMIT_MEDIAN)
        yield held(f"{what}, p99", _p99(seen), "ms", "<=", LIMIT_P99)
    else:
        yield shown(f"{what}, median of {revocations}", median(seen), "ms")
        yield shown(f"{what}, p99", _p99(seen), "ms")
    yield shown(f"{what}, the longest", max(seen), "ms")
    yield shown(f"{what}, from before the service is called, p99", _p99(with_commit), "ms")


def _some_active(accounts: int, count: int) -> Iterator[Badge]:
    """Drawn anew each time: in a folder that was kept, some are revoked already."""
    random, found = Random(), 0
    while found < count:
        number = synthetic.number(random.randrange(accounts))
        badge = (
            Badge.objects.filter(status="active", account__number=number).select_related("account").first()
        )
        if badge is not None:
            found += 1
            yield badge


def _without_badge(answer: Answer) -> bool:
    return answer.status == 200 and b'"badge":null' in answer.body and b'"revoked"' in answer.body


def _keys(lines: Mapping[int, Line]) -> Iterator[Measure]:
    refused, known = [], []
    for _ in range(KEYS):
        began = time.perf_counter()
        key, secret = site.new_key(f"Bench {uuid.uuid4()}")
        request = wrk.get(CONTACTS + synthetic.number(0), secret)
        known.append(1_000 * (_until(lines, request, lambda answer: answer.status == 200) - began))
        clients.revoke_key(key, by=audit.SYSTEM)
        committed = time.perf_counter()
        refused.append(1_000 * (_until(lines, request, lambda answer: answer.status == 401) - committed))
    yield held(
        f"key revoked → refused by all workers, the longest of {KEYS}", max(refused), "ms", "<", KEY_LIMIT
    )
    yield shown("key revoked → refused by all workers, median", median(refused), "ms")
    yield shown("key made → good with all workers, the longest", max(known), "ms")


def _until(lines: Mapping[int, Line], request: bytes, reached: Callable[[Answer], bool]) -> float:
    """When the last of the workers first answered so."""
    deadline = time.perf_counter() + GIVEN_UP_AFTER
    waiting = dict(lines)
    while waiting and time.perf_counter() < deadline:
        for pid, line in list(waiting.items()):
            if reached(line.ask(request)):
                del waiting[pid]
    return time.perf_counter()


def _p99(took: list[float]) -> float:
    return quantiles(took, n=100, method="inclusive")[-1]
