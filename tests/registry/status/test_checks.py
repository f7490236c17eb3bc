"""What is said at the start of a live deployment."""

from typing import Any

import pytest

from registry.status.checks import mail_is_seen_to_leave


@pytest.mark.parametrize(
    ("deployment", "host", "sink", "said"),
    [
        ("live", "mail.example", "", ["status.W001"]),
        ("live", "mail.example", "sink@mail.example", []),
        ("live", "", "", []),
        ("test", "mail.example", "", []),
    ],
)
def test_a_live_mail_server_that_is_never_asked_is_told_of(
    settings: Any, deployment: str, host: str, sink: str, said: list[str]
) -> None:
    settings.DEPLOYMENT, settings.EMAIL_HOST = deployment, host
    settings.PROBE = {**settings.PROBE, "SINK": sink}
    assert [message.id for message in mail_is_seen_to_leave(None)] == said
