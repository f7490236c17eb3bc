"""The two reference readers of docs/readers, as strangers would use them: each by itself, without our code."""

import base64
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from tests.server import ROOT

FOLDER = ROOT / "docs" / "readers"
PYTHON_READER = FOLDER / "snapshot_reader.py"
JAVASCRIPT_READER = FOLDER / "snapshot_reader.mjs"
DRIVER = ROOT / "tests" / "snapshots" / "reader_driver.mjs"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("snapshot_reader", PYTHON_READER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


python: Any = _module()


class Damaged(Exception):
    """A reader refused a file, in its own words."""


def by_python(file: bytes, asked: Sequence[int]) -> tuple[list[bool], list[int]]:
    """Whether each is in the file, and all that it holds. Raises Damaged."""
    try:
        numbers = python.NumbersFile(file)
        return [number in numbers for number in asked], list(numbers)
    except python.Damaged as wrong:
        raise Damaged(str(wrong)) from wrong


def node() -> str:
    found = shutil.which("node")
    assert found, "these tests need Node.js 20 or newer: apt-get install nodejs"
    return found


class Node:
    """One process that answers for many files."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def __call__(self, file: bytes, asked: Sequence[int]) -> tuple[list[bool], list[int]]:
        assert self.process.stdin is not None and self.process.stdout is not None
        question = {"file": base64.b64encode(file).decode(), "asked": list(asked)}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "damaged" in answer:
            assert answer["damaged"], answer["message"]
            raise Damaged(answer["message"])
        return answer["listed"], answer["all"]


@contextmanager
def by_node() -> Iterator[Node]:
    with subprocess.Popen(
        [node(), str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Node(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(10)
