"""A store of the test's own: a folder, and processes that end with the test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.cardstore import following
from tests.cardstore.following import Follower, Worker


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir(exist_ok=True)


@pytest.fixture
def follower(committed: None, own_folder: None) -> Iterator[Follower]:
    """Started by the test; killed at its end."""
    follower = Follower()
    yield follower
    follower.end()


@pytest.fixture
def stepwise(committed: None, own_folder: None) -> Iterator[following.Follower]:
    """A follower in the test's own process, which looks when the test has it look."""
    follower = following.Follower()
    yield follower
    if follower.writer is not None:
        follower.writer.close()


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.end()
