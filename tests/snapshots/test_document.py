"""docs/snapshot.md is what strangers write their readers from: what it says is held against what is written."""

import json
import re

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from accounts.snapshots import building, comparing, files, folders, jobs, keys, manifests, rice
from tests.snapshots import readers, vectors
from tests.snapshots.readers import Node

DOCUMENT = vectors.DOCUMENT.read_text()


def code(beginning: str) -> str:
    """The indented lines that begin so, up to the next empty one."""
    found = re.search(rf"^    {re.escape(beginning)}[\s\S]*?(?=\n\n)", DOCUMENT, re.MULTILINE)
    assert found, beginning
    return found[0]


def test_the_vectors_are_what_is_written() -> None:
    assert vectors.placed(DOCUMENT) == DOCUMENT, "run python -m tests.snapshots.vectors"


@pytest.mark.parametrize("place", range(len(vectors.VECTORS)))
def test_every_reader_reads_the_vectors_as_they_stand_there(by_node: Node, place: int) -> None:
    _, _, numbers = vectors.VECTORS[place]
    block = DOCUMENT.split(vectors.BEGIN)[1].split("\n\n")[2 * place + 1]
    file = bytes.fromhex("".join(block.split()))
    assert readers.by_python(file, [6281200005]) == ([6281200005 in numbers], list(numbers))
    assert by_node(file, [6281200005]) == ([6281200005 in numbers], list(numbers))
    assert list(rice.decode(file)) == list(numbers)


def test_the_signed_manifest_can_be_verified() -> None:
    key_set = json.loads(code('{"keys"'))
    text = "".join(code("eyJ").split())
    verified = jws.deserialize_compact(text, KeySet.import_key_set(key_set), algorithms=["ES256"])
    assert verified.payload.decode().rstrip() in DOCUMENT
    assert readers.python.signed(text, key_set)["id"] == "20261122T191105Z-4711"
    assert KeySet.import_key_set(key_set).keys[0].thumbprint() == key_set["keys"][0]["kid"]


def test_an_independent_walk_through_the_bits_of_the_worked_example() -> None:
    *lines, _ = code("0100 0000 1111").splitlines()
    bits = "".join(lines[0].split())
    assert f"{int(bits, 2):08x}" == "40f9a200"
    taken = [found[0] for line in lines[1:] if (found := re.match(r" *[01 ]+(?=q|gap)", line))]
    assert len(taken) == 5
    assert bits.startswith("".join("".join(taken).split()))
    assert rice.encode(62, vectors.VECTORS[3][2]).hex().endswith("40f9a200")


@pytest.mark.parametrize(
    "said",
    [
        f"{rice.BLOCK} today",
        f"**below {rice.ESCAPE}**",
        f"in {rice.RAW_BITS} bits",
        f"more than {comparing.LARGEST:,} numbers",
        f"(each about {files.SHARD_BYTES // 2**20} MB)",
        manifests.TYPE,
        building.DELTA_NAME,
        f"daily at {jobs.DUE_AT:%H}:11 UTC",
    ],
)
def test_constants_are_those_of_the_code(said: str) -> None:
    assert said in DOCUMENT


def test_terms_are_those_of_the_code() -> None:
    assert (folders.DOWNLOAD.total_seconds() / 3600, folders.WHOLE, folders.KEPT.days) == (6, 2, 7)
    assert (keys.PUBLISHED_BEFORE.days, keys.KEPT_AFTER.days, manifests.SCHEMA) == (2, 30, 1)
