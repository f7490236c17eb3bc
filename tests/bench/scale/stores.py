"""The store of cards beside a registry: built, and followed, as `make run` does it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from accounts.cardstore import records
from accounts.cardstore.errors import Unusable
from accounts.cardstore.pulse import Pulse
from accounts.cardstore.store import Store
from tests.bench import server
from tests.bench.scale.site import Registry
from tests.bench.server import memory

BUILD_LIMIT_SECONDS, FOLLOWED_WITHIN_SECONDS = 600, 60
FRESH_SECONDS = 2  # it beats more often than that
_EVERY = 0.05  # seconds between two looks at a builder's memory


class Built:
    """How a store was built."""

    def __init__(self, seconds: float, most: dict[str, float], store: Path) -> None:
        self.seconds, self.most = seconds, most
        files = [file for file in store.rglob("*") if file.is_file()]
        self.bytes_on_disk = sum(file.stat().st_blocks * 512 for file in files)
        self.files = {file.name: file.stat().st_size for file in files}


def folder(var_dir: Path) -> Path:
    return var_dir / "cards"


def exists(of: Registry) -> bool:
    return any(path.name.isdigit() for path in folder(of.var_dir).glob("*/"))


def build(of: Registry, var_dir: Path) -> Built:
    """Into a folder without one. The most that builder and children held together, by kind, as proc(5) has it."""
    started = time.perf_counter()
    most: dict[str, float] = {}
    with server.process(
        server.manage("cards", "build"), of.environment(VAR_DIR=str(var_dir)), stdout=subprocess.DEVNULL
    ) as builder:
        while builder.poll() is None:
            held = [memory(pid) for pid in (builder.pid, *_children(builder.pid))]
            for kind in held[0]:
                most[kind] = max(most.get(kind, 0), sum(one[kind] for one in held))
            if time.perf_counter() - started > BUILD_LIMIT_SECONDS:
                raise SystemExit(f"a store of {of.accounts:,} is not built after {BUILD_LIMIT_SECONDS} s")
            time.sleep(_EVERY)
        if builder.returncode:
            raise SystemExit(f"cards build ended with {builder.returncode}")
    return Built(time.perf_counter() - started, most, folder(var_dir))


def _children(pid: int) -> list[int]:
    """As the kernel lists them: to look through all processes so often took a quarter of a core from the builder."""
    listed: list[int] = []
    for file in Path("/proc").glob(f"{pid}/task/*/children"):
        with suppress(OSError):  # a thread that has ended
            listed += map(int, file.read_text().split())
    return listed


@contextmanager
def followed(of: Registry) -> Iterator["subprocess.Popen[bytes]"]:
    """The follower runs, and has caught up."""
    with server.process(server.manage("cards", "follow"), of.environment()) as follower:
        deadline = time.monotonic() + (FOLLOWED_WITHIN_SECONDS if exists(of) else BUILD_LIMIT_SECONDS)
        while not beats(of):
            if follower.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the follower of {of.accounts:,} accounts does not follow")
            time.sleep(0.1)
        yield follower


def beats(of: Registry, within: float = FRESH_SECONDS) -> bool:
    """Whether what the store says was so within these seconds."""
    with suppress(Unusable):
        return Pulse(folder(of.var_dir) / "pulse").last().age() < 1e6 * within
    return False


def cards(of: Registry) -> Iterator[tuple[str, bytes]]:
    """Every number of the store and its card, in the order of the numbers."""
    store = Store(max(path for path in folder(of.var_dir).iterdir() if path.name.isdigit()))
    with store.reading() as view:
        policy, now = store.policy(view), time.time_ns() // 1_000
        for key, raw in store.records(view, after=b"\0"):
            number = records.number_of(key)
            yield number, records.unpack(number, raw).card(policy, now)
