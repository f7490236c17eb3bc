"""The first run, as a newcomer meets it: what is printed once, what is kept, and that it works as printed."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.server import Browser, Server, forms, until

pytestmark = pytest.mark.alone

KEYS = {"url", "staff", "api_key", "verified_number", "confirmed_number", "suspended_number"}


def curl(line: str) -> Any:
    """A printed line, run in a shell as somebody would who pastes it."""
    assert line.startswith("curl ")
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=30, check=True)  # noqa: S602  # as pasted
    return json.loads(done.stdout)


def test_the_first_run_prints_what_is_needed_once_and_a_second_run_finds_its_data(tmp_path: Path) -> None:
    server = Server(tmp_path / "var").start()
    try:
        said, facts = server.said(), server.first_run()

        kept = server.var_dir / "first-run.json"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert facts.keys() == KEYS
        assert facts["url"] == server.url
        assert len(facts["staff"]) >= 2
        for person in facts["staff"]:
            assert person.keys() == {"username", "password", "totp_secret"}
            assert person["password"] in said
            assert f"otpauth://totp/{person['username']}?secret={person['totp_secret']}&" in said
        assert facts["api_key"] in said
        assert f"{server.url}/admin/" in said

        one, several, directory = (
            line.strip() for line in said.splitlines() if line.strip().startswith("curl ")
        )
        card = curl(one)
        assert (card["number"], card["tier"]) == (facts["verified_number"], "verified")
        found = curl(several)
        by_number = {card["number"]: card for card in found["cards"]}
        assert by_number[facts["confirmed_number"]]["tier"] == "confirmed"
        assert by_number[facts["suspended_number"]]["absence"]["state"] == "suspended"
        assert found["not_listed"] == found["invalid"] == []
        assert facts["verified_number"] in {card["number"] for card in curl(directory)["results"]}

        anybody = Browser(server)
        assert f"{server.url}/outbox/" in said and f"{server.url}/start/" in said
        link = re.compile(rf"{server.url}(/i/[^<\"\s]+)")
        assert until(lambda: link.search(anybody.open("/outbox/")) is not None)
        (path, *_) = link.findall(anybody.open("/outbox/"))
        assert forms(anybody.open(path), path)  # it waits to be accepted

        for person in facts["staff"]:
            Browser(server).sign_in(person["username"], person["password"])
        waiting = server.rows("SELECT count(*) FROM verification_application WHERE status = 'submitted'")
        assert waiting[0][0] >= 3
    finally:
        server.stop()

    before = server.said()
    server.start()
    try:
        said = server.said()[len(before) :]
        of_staff = [person[kind] for person in facts["staff"] for kind in ("password", "totp_secret")]
        secrets = [facts["api_key"], *of_staff]
        assert not [secret for secret in secrets if secret in said]
        assert "First run" not in said
        assert server.first_run() == facts
        assert curl(one) == card
    finally:
        server.stop()
    assert "Traceback" not in server.said()
