"""What a caller sees of its quota: the fields of every answer, and the refusal."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.audit import journal as audit
from accounts.clients import quotas, scanning
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.clients.quotas import DAY, MINUTE
from tests.partner import as_described
from tests.server import App, Server, running, until

pytestmark = pytest.mark.alone

NUMBERS = [f"+1202555{line:04}" for line in range(100, 200)]


@pytest.fixture(autouse=True)
def counted_anew(settings: Any, tmp_path: Path) -> Iterator[None]:
    quotas.forget()
    scanning.forget()
    settings.VAR_DIR = tmp_path
    settings.QUOTA = {"REQUESTS_PER_MINUTE": 5, "NUMBERS_PER_DAY": 20}
    assert until(lambda: time.time() % 60 < 57)  # the minute does not turn in the middle of a test
    yield
    quotas.forget()


class Caller:
    def __init__(
        self, app: ClientApp, scopes: tuple[Scope, ...] = (Scope.CONTACTS_READ,), **limits: int
    ) -> None:
        self.key, secret = clients.create_key(app, scopes, **limits, by=audit.SYSTEM)
        self.http = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, path: str, **more: Any) -> Any:
        return as_described(self.http.get(path, **more))

    def look_up(self, numbers: list[str]) -> Any:
        return as_described(
            self.http.post("/v1/contacts/lookup", {"numbers": numbers}, content_type="application/json")
        )


@pytest.fixture
def caller(kai: ClientApp) -> Caller:
    return Caller(kai)


def left(response: Any) -> tuple[int, int]:
    """Requests and numbers, as the answer's RateLimit field says."""
    requests, numbers = response.headers["RateLimit"].split(",")
    assert (requests.split(";")[0], numbers.split(";")[0]) == ('"requests"', '"numbers"')
    return int(requests.split(";")[1][2:]), int(numbers.split(";")[1][2:])


def test_each_answer_says_what_is_left(caller: Caller) -> None:
    one = caller.get(f"/v1/contacts/{NUMBERS[0]}")
    assert (one.status_code, left(one)) == (200, (4, 19))
    assert one.headers["RateLimit-Policy"] == '"requests";q=5;w=60,"numbers";q=20;qu="numbers";w=86400'
    again = caller.get(f"/v1/contacts/{NUMBERS[0]}", headers={"If-None-Match": one.headers["ETag"]})
    assert (again.status_code, left(again)) == (304, (3, 18))
    several = caller.look_up([*NUMBERS[:3], NUMBERS[0], "12"])  # each once, and what is no number as well
    assert (several.status_code, left(several)) == (200, (2, 14))


@pytest.mark.parametrize("path", ["/v1/contacts/changes", "/v1/accounts", "/v1/policy"])
def test_whatever_asks_for_no_number_is_a_request(caller: Caller, path: str) -> None:
    assert left(caller.get(path)) == (4, 20)


@pytest.mark.parametrize("number", ["+6208123456789", "12"])
def test_what_is_no_number_is_a_request(caller: Caller, number: str) -> None:
    refused = caller.get(f"/v1/contacts/{number}")
    assert (refused.status_code, left(refused)) == (422, (4, 20))
    refused = caller.http.post("/v1/contacts/lookup", "{", content_type="application/json")
    assert (refused.status_code, left(refused)) == (400, (3, 20))


def test_the_sixth_request_of_a_minute_is_told_when_to_come_back(caller: Caller) -> None:
    answers = [caller.get(f"/v1/contacts/{NUMBERS[0]}") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    refused = answers[-1]
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["limit"]) == (429, "quota_requests", 5)
    assert 1 <= problem["retry_after"] <= 60
    assert refused.headers["Retry-After"] == str(problem["retry_after"])
    assert f'"requests";r=0;t={problem["retry_after"]},' in refused.headers["RateLimit"]
    assert "RateLimit-Policy" in refused.headers
    assert NUMBERS[0] not in refused.content.decode()
    assert caller.look_up(NUMBERS[:1]).status_code == 429


def test_a_batch_that_is_too_much_is_not_answered_nor_counted(caller: Caller) -> None:
    caller.look_up(NUMBERS[:15])
    refused = caller.look_up(NUMBERS[:6])
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["left"]) == (429, "quota_numbers", 5)
    assert left(refused) == (4, 5)
    assert not any(number in refused.content.decode() for number in NUMBERS)
    assert left(caller.look_up(NUMBERS[:5])) == (3, 0)
    assert caller.get(f"/v1/contacts/{NUMBERS[0]}").json()["code"] == "quota_numbers"
    assert caller.get("/v1/contacts/changes").status_code == 200


def test_a_key_has_limits_of_its_own(caller: Caller, kai: ClientApp) -> None:
    generous = Caller(kai, requests_per_minute=1000, numbers_per_day=50)
    assert left(generous.look_up(NUMBERS[:30])) == (999, 20)
    assert left(caller.look_up(NUMBERS[:5])) == (4, 15)  # and pays for itself alone
    clients.set_quota(generous.key, requests_per_minute=None, numbers_per_day=31, by=audit.SYSTEM)
    assert left(generous.look_up(NUMBERS[:1])) == (3, 0)


def test_who_may_not_call_spends_nothing(kai: ClientApp) -> None:
    caller = Caller(kai, (Scope.SUGGESTIONS_WRITE,))
    refused = caller.get(f"/v1/contacts/{NUMBERS[0]}")
    assert refused.status_code == 403
    assert "RateLimit" not in refused.headers
    assert left(caller.http.get("/v1/suggestions")) == (4, 20)
    clients.revoke_key(ApiKey.objects.get(), by=audit.SYSTEM)
    assert "RateLimit" not in caller.get("/v1/contacts/changes").headers


def test_two_workers_give_one_limit_between_them_and_kill_9_no_second_one(tmp_path: Path) -> None:
    """Over real HTTP: the workers of a machine count together, and what they counted outlives them."""
    limits = {"QUOTA_REQUESTS_PER_MINUTE": "150", "QUOTA_NUMBERS_PER_DAY": "50"}
    with running(tmp_path, WEB_WORKERS="2", **limits) as server:
        app = App(server, server.first_run()["api_key"])
        answers = ask(server, app, 100)
        assert sorted(answers) == [200] * 50 + [429] * 50
        web = server.services()["web"]
        server.kill("web")
        assert server.comes_back("web", web)
        refused = app.call("GET", f"/v1/contacts/{NUMBERS[0]}")
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_numbers")
        assert left(refused)[1] == 0
        assert is_about(int(refused.headers["Retry-After"]), DAY)
        for _ in range(2 * 150 + 2):  # the minute may turn once
            refused = app.call("GET", "/v1/contacts/changes")
            if refused.status_code == 429:
                break
        assert (refused.json()["code"], left(refused)[0]) == ("quota_requests", 0)
        assert is_about(int(refused.headers["Retry-After"]), MINUTE)


def is_about(seconds: int, window: int) -> bool:
    """Whether so many seconds lead from a moment ago to the end of the window."""
    late = (time.time() + seconds) % window
    return 1 <= seconds <= window and late <= 5


def ask(server: Server, app: App, times: int) -> list[int]:
    def once(_: int) -> int:
        own = App(server, app.http.headers["Authorization"].removeprefix("Bearer "))
        return int(own.call("GET", f"/v1/contacts/{NUMBERS[0]}").status_code)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(once, range(times)))
