"""Snapshots of a folder of the test's own, with keys of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.snapshots import readers


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.SNAPSHOTS_DIR = tmp_path / "snapshots"
    settings.SNAPSHOT_KEYS_FILE = ""
    settings.VAR_DIR.mkdir()
    settings.SNAPSHOTS_DIR.mkdir()


@pytest.fixture(scope="session")
def by_node() -> Iterator[readers.Node]:
    with readers.by_node() as node:
        yield node
