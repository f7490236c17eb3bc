from collections.abc import Iterator
from typing import Any

import pytest

from tests.messages.gateways import Gateway


@pytest.fixture
def gateway(settings: Any) -> Iterator[list[tuple[str, str]]]:
    """Number and text of each SMS that was handed over."""
    settings.SMS_SENDER = "tests.messages.gateways.Gateway"
    yield Gateway.accepted
    Gateway.accepted.clear()
