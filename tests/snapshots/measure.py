"""What a snapshot costs: `python -m tests.snapshots.measure [COUNT [FOLDER]]`, five million by default.

Random numbers in a space of ten digits, which is the worst that numbers can be; cards as the registry renders them,
with made-up names. Prints one line a figure.
"""

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
FIRST = 9990000000000  # +999, of which ten digits are left
TESTS = 2_000
CARD = (
    '{"number":"+%d","listed":true,"tier":"verified","account":{"id":"acc_%026x","display_name":"%s %d",'
    '"category":"food","country":"ID","about":"%s","photo":null,"website":null,"contact_purposes":["order_updates"],'
    '"business":{"id":"biz_%026x","legal_name":null}},"mark":{"symbol":"pin","colour":"green","position":"beside_photo",'
    '"label":{"id":"Bisnis terverifikasi","en":"Verified business"}},"badge":{"id":"bdg_%026x","verified_by":"Verified '
    'Business Registry","methods":["phone_code","documents"],"issued_at":"2026-%02d-%02dT08:11:05Z","expires_at":'
    '"2027-%02d-%02dT08:11:05Z"},"absence":null,"display":{"saved":{"title":"saved_name","subtitle":"display_name"},'
    '"unsaved":{"title":"display_name","subtitle":"number"},"chat":{"message_colour":"yellow","notice_colour":"yellow",'
    '"messages_deletable":false},"actions":{"block":true,"report":true,"account_may_block":true}},'
    '"policy":"pilot-2017.1","version":%d,"offline_grace":86400}'
)
WORDS = (
    "Warung Bu",
    "Toko Pak",
    "Roti",
    "Bengkel",
    "Salon",
    "Apotek",
    "Kedai Kopi",
    "Batik",
    "Laundry",
    "Nasi Goreng",
)


def numbers(count: int) -> "array[int]":
    return array("Q", sorted(random.Random(5).sample(range(FIRST, FIRST + 10**10), count)))


def cards(given: Sequence[int], version: int) -> Iterator[tuple[str, bytes]]:
    for number in given:
        chance = number * 2_654_435_761 % 2**61
        month, day = chance % 12 + 1, chance % 28 + 1
        card = CARD % (
            number,
            chance**2,
            WORDS[chance % 10],
            chance % 10_007,
            WORDS[chance % 7] + " " + WORDS[chance % 9],
            chance**2 + 7,
            chance**2 + 9,
            *(month, day, month, day),
            version if chance % 100 == version else 0,
        )
        yield f"+{number}", card.encode()


def told(measure: str, value: object) -> None:
    print(f"{measure:<50}{value}", flush=True)


def timed(work: Callable[[], object]) -> tuple[object, float]:
    began = time.perf_counter()
    done = work()
    return done, time.perf_counter() - began


def memory(kind: str) -> int:
    """Of this process, in MB: now (VmRSS), or at its peak (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{kind}:")[2].split()[0]) // 1024


def measure(count: int, folder: Path) -> None:
    from django.conf import settings

    from accounts.snapshots import building, folders
    from tests.snapshots import readers
    from tests.snapshots.made_up import NOW, POLICY, folder_of, manifest_of

    settings.VAR_DIR = settings.SNAPSHOTS_DIR = folder
    given = numbers(count)
    _, making = timed(lambda: sum(len(card) for _, card in cards(given, 1)))
    gc.freeze()
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    held = memory("VmRSS")
    first, taken = timed(lambda: building.build(1, NOW, POLICY, cards(given, 1)))
    assert isinstance(first, str)
    files = manifest_of(first)["files"]
    packed = sum(file["bytes"] for file in files if file["kind"] == "cards")
    told("build, seconds (making the cards aside)", f"{taken - making:.1f}")
    told("memory of it, MB", f"{memory('VmHWM') - held} above {held}")
    told("cards, MB in files", f"{packed / 1e6:.0f} in {sum(file['kind'] == 'cards' for file in files)}")
    numbers_file = folder_of(first) / files[0]["name"]
    told("bits a number, index included", f"{files[0]['bytes'] * 8 / count:.3f}")
    second, taken = timed(
        lambda: building.build(2, NOW + timedelta(days=1), POLICY, cards(given[: -count // 100], 2))
    )
    told("the next build, with its delta, seconds", f"{taken - making:.1f}")
    for delta in folders.deltas():
        told(
            "numbers in the delta",
            {name: manifest_of(delta)[name] for name in ("added", "removed", "changed")},
        )
    told("memory of both, MB", f"{memory('VmHWM') - held} above {held}")
    assert isinstance(second, str)
    chance = random.Random(6)
    asked = [
        chance.choice(given) if place % 2 else chance.randrange(FIRST, FIRST + 10**10)
        for place in range(TESTS)
    ]
    file, loading = timed(lambda: readers.python.NumbersFile(numbers_file.read_bytes()))
    assert isinstance(file, readers.python.NumbersFile)
    took = sorted(timed(lambda number=number: number in file)[1] for number in asked)
    told("Python: load, ms", f"{loading * 1e3:.1f}")
    told(
        "Python: one test, ms, median and 99 %",
        f"{statistics.median(took) * 1e3:.3f} {took[TESTS * 99 // 100] * 1e3:.3f}",
    )
    told("JavaScript: load, test, median and 99 %, ms", in_node(numbers_file, asked))


def in_node(path: Path, asked: Sequence[int]) -> str:
    script = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ NumbersFile }} from {json.dumps(str(readers_file()))};
        const bytes = new Uint8Array(readFileSync({json.dumps(str(path))}));
        let began = performance.now();
        const file = new NumbersFile(bytes), load = performance.now() - began, took = [];
        for (const number of {json.dumps(asked)}) {{
          began = performance.now();
          file.has(number);
          took.push(performance.now() - began);
        }}
        const cold = took[0];
        took.sort((one, other) => one - other);
        console.log(load.toFixed(1), took[took.length >> 1].toFixed(4), took[Math.floor(took.length * 0.99)].toFixed(4),
          "the first:", cold.toFixed(3));
    """
    from tests.snapshots.readers import node

    return subprocess.run(
        [node(), "--input-type=module", "-"], input=script, capture_output=True, text=True, check=True
    ).stdout.strip()


def readers_file() -> Path:
    from tests.snapshots.readers import JAVASCRIPT_READER

    return JAVASCRIPT_READER


if __name__ == "__main__":
    django.setup()
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as aside:
        measure(wanted, Path(aside))
