from collections.abc import Iterator

import pytest

from tests.websites.loopback import World, world


@pytest.fixture
def web() -> Iterator[World]:
    with world() as made:
        yield made
