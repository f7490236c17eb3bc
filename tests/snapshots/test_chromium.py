"""The reader in JavaScript, in a browser: a page that fetches a snapshot from a static server, and asks of numbers."""

import random
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from accounts.snapshots import keys
from tests.browser.chromium import chromium
from tests.snapshots.made_up import build, folder_of
from tests.snapshots.readers import JAVASCRIPT_READER

PAGE = b'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>A platform</title>'
ASK = """async ([asked, jwks]) => {
  const { Damaged, Snapshot } = await import("/reader.mjs");
  const fetchFile = async (name) => new Uint8Array(await (await fetch(`/snapshot/${name}`)).arrayBuffer());
  try {
    const snapshot = await Snapshot.open(fetchFile, jwks);
    const listed = [], cards = [];
    for (const number of asked) listed.push(await snapshot.isListed(number));
    for await (const card of snapshot.cards("1")) cards.push(card.number);
    const file = await snapshot.file("62"), began = performance.now();
    for (let round = 0; round < 2000; round++) file.has(6281200000 + round * 17);
    return { listed, cards, milliseconds: (performance.now() - began) / 2000 };
  } catch (wrong) {
    return wrong instanceof Damaged ? "damaged" : String(wrong.stack);
  }
}"""
NUMBERS = [*random.Random(9).sample(range(6281200000, 6281240000), 5_000), 12025550100, 12025550105]


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, format: str, *args: Any) -> None:
        """The tests' output is for what is wrong."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An address, and the folder that is served there."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_bytes(PAGE)
    (folder / "reader.mjs").write_bytes(JAVASCRIPT_READER.read_bytes())
    folder_of(build(NUMBERS, seq=1)).rename(folder / "snapshot")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", folder / "snapshot"
    finally:
        server.shutdown()
        server.server_close()


def asked_in_a_browser(address: str, asked: list[str], key_set: Any) -> Any:
    with chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        return page.evaluate(ASK, [asked, key_set])


def test_a_page_reads_a_snapshot(site: tuple[str, Path]) -> None:
    address, _ = site
    asked = [f"+{number + step}" for number in NUMBERS[::5] for step in (0, 1)] + ["+442071838750"]
    answer = asked_in_a_browser(address, asked, keys.key_set())
    assert answer["listed"] == [int(number) in set(NUMBERS) for number in asked]
    assert answer["cards"] == ["+12025550100", "+12025550105"]
    assert answer["milliseconds"] < 1  # docs/benchmarks.md has the figure; this is a smoke alarm


@pytest.mark.parametrize("file", ["manifest.jws", "numbers-62.rice", "cards-1-00001.ndjson.gz"])
def test_a_page_refuses_what_was_changed_on_the_way(site: tuple[str, Path], file: str) -> None:
    address, folder = site
    content = bytearray((folder / file).read_bytes())
    content[-3] ^= 1
    (folder / file).write_bytes(content)
    assert asked_in_a_browser(address, [f"+{NUMBERS[0]}"], keys.key_set()) == "damaged"
