"""The exact snapshot: how small it is, and how long its readers take for one number, once it is loaded."""

import importlib.util
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from types import ModuleType

from registry.run import ROOT
from tests.bench import server
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers
from tests.bench.scale.site import Registry
from tests.bench.server import memory

READERS = ROOT / "docs" / "readers"
LIMIT_BITS, LIMIT_PYTHON, LIMIT_JAVASCRIPT = 13, 1_000, 100  # microseconds
ASKED = 2_000
BUILD_LIMIT_SECONDS, READ_LIMIT_SECONDS = 900, 120
NODE = """
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
const [reader, folder, asked] = process.argv.slice(1);
const { Snapshot } = await import(pathToFileURL(reader));
const snapshot = await Snapshot.open(async (name) => new Uint8Array(await readFile(`${folder}/${name}`)));
const numbers = JSON.parse(await readFile(asked, "utf8"));
const took = [], found = [];
for (let round = 0; round < 2; round++) {  // the first is for the compiler
  took.length = found.length = 0;
  for (const number of numbers) {
    const started = performance.now();
    found.push(await snapshot.isListed(number));
    took.push(1000 * (performance.now() - started));
  }
}
console.log(JSON.stringify({ took, found }));
"""


def measure(of: Registry, folder: Path) -> Iterator[Measure]:
    aside = folder / "snapshots"
    aside.mkdir()
    try:
        yield from _built(of, aside)
        (built,) = (path for path in aside.iterdir() if path.is_dir() and not path.name.startswith("."))
        manifest = json.loads((built / "manifest.json").read_bytes())
        listed = sum(file["bytes"] for file in manifest["files"] if file["kind"] == "numbers")
        what = f"snapshot of {manifest['count']:,} listed numbers"
        # A short list's index weighs more: in the short form the target proves nothing.
        yield held(f"{what}, bits a number", 8 * listed / manifest["count"], "bits", "<=", LIMIT_BITS)
        cards = sum(file["bytes"] for file in manifest["files"] if file["kind"] == "cards")
        yield shown(f"{what}, their cards", cards / 1e6, "MB")
        asked = [*numbers.listed(of.accounts, ASKED // 2), *numbers.unlisted(ASKED // 2)]
        asked_file = folder / "asked.json"
        asked_file.write_text(json.dumps(asked))
        yield from _judged("Python", *_python(built, asked), LIMIT_PYTHON)
        if shutil.which("node") is None:
            print(
                "not measured: the reader in JavaScript, for there is no node here (apt-get install nodejs)"
            )
        else:
            yield from _judged("JavaScript", *_javascript(built, asked_file), LIMIT_JAVASCRIPT)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _built(of: Registry, aside: Path) -> Iterator[Measure]:
    started, most = time.perf_counter(), 0.0
    with server.process(
        server.manage("snapshots", "build"),
        of.environment(SNAPSHOTS_DIR=str(aside)),
        stdout=subprocess.DEVNULL,
    ) as builder:
        while builder.poll() is None:
            most = max(most, memory(builder.pid)["VmHWM"])
            if time.perf_counter() - started > BUILD_LIMIT_SECONDS:
                raise SystemExit(f"the snapshot is not built after {BUILD_LIMIT_SECONDS} s")
            time.sleep(0.05)
        if builder.returncode:
            raise SystemExit(f"snapshots build ended with {builder.returncode}")
    yield shown(f"snapshot of {of.accounts:,} accounts, built and signed", time.perf_counter() - started, "s")
    yield shown(f"snapshot of {of.accounts:,} accounts, builder's memory (RSS) at most", most, "MB")


def _judged(language: str, took: Sequence[float], found: Sequence[bool], limit: float) -> Iterator[Measure]:
    half = len(found) // 2
    if not all(found[:half]) or any(found[half:]):
        raise SystemExit(f"the reader in {language} is wrong about a number")
    what = f"is it listed? by the reader in {language}, after load"
    yield held(f"{what}, median", median(took), "µs", "<=", limit)
    yield shown(f"{what}, p99", quantiles(took, n=100, method="inclusive")[-1], "µs")


def _python(built: Path, asked: Sequence[str]) -> tuple[list[float], list[bool]]:
    snapshot = _reader().Snapshot(built)
    snapshot.is_listed(asked[0])
    took, found = [], []
    for number in asked:
        started = time.perf_counter()
        found.append(snapshot.is_listed(number))
        took.append(1e6 * (time.perf_counter() - started))
    return took, found


def _reader() -> ModuleType:
    spec = importlib.util.spec_from_file_location("snapshot_reader", READERS / "snapshot_reader.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _javascript(built: Path, asked: Path) -> tuple[list[float], list[bool]]:
    reader = READERS / "snapshot_reader.mjs"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", NODE, str(reader), str(built), str(asked)],
        capture_output=True,
        text=True,
        timeout=READ_LIMIT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the reader in JavaScript failed: {done.stderr}")
    outcome = json.loads(done.stdout)
    return outcome["took"], outcome["found"]
