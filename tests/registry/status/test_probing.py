"""What a round says of what it was answered, over real sockets."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from registry.status.asking import Registry
from registry.status.components import KEYS, Status
from registry.status.judging import Result
from registry.status.probing import A_NUMBER, CHECKS, GRACE, Measuring
from tests.registry.status import probed
from tests.registry.status.probed import MESSAGE, WELL, Answer, Probed, by, card, late, reply
from tests.server import free_port

OPERATIONAL, DEGRADED, PARTIAL, MAJOR = (
    Status.OPERATIONAL,
    Status.DEGRADED,
    Status.PARTIAL,
    Status.MAJOR,
)
AT = 1_800_000_000.0
ONE = "GET /v1/contacts/"
MANY = "POST /v1/contacts/lookup"
NOT_LISTED = {"cards": [], "not_listed": [A_NUMBER], "invalid": []}


@pytest.fixture
def registry() -> Iterator[Probed]:
    with probed.probed() as registry:
        yield registry


def measured(registry: Probed, *, seconds: float = 2.0, key: str = "a key") -> dict[str, Result]:
    found = Measuring(Registry(registry.url)).round(key, at=AT, seconds=seconds)
    return {result.component: result for result in found.results}


def told(results: dict[str, Result], component: str) -> tuple[Status, str]:
    return results[component].outcome, results[component].reason


def test_all_is_well_where_every_check_is_answered_rightly(registry: Probed) -> None:
    results = measured(registry)
    assert tuple(results) == KEYS
    assert {(result.outcome, result.reason, result.at) for result in results.values()} == {
        (OPERATIONAL, "", AT)
    }
    assert {check.component for check in CHECKS} == set(KEYS)


def test_it_asks_as_users_do_and_for_a_session_that_has_to_be_looked_for(registry: Probed) -> None:
    measured(registry)
    asked = {f"{one.method} {one.path}": one for one in registry.asked}
    assert asked[f"GET /v1/contacts/{A_NUMBER}"].headers["authorization"] == "bearer a key"
    assert asked[MANY].body == {"numbers": [A_NUMBER]}
    for page in ("/start/", "/sign-in/", "/admin/sign-in/"):
        assert asked[f"GET {page}"].headers["cookie"].startswith("sessionid=")
    assert "cookie" not in asked[f"GET /v1/contacts/{A_NUMBER}"].headers  # it would go the long way
    channels = [one.body["channel"] for one in registry.asked if one.path == "/v1/probes"]
    assert sorted(channels) == ["email", "sms"]


def test_past_a_proxy_it_says_so(registry: Probed) -> None:
    here = Registry(registry.url, host="registry.example", behind_tls=True)
    Measuring(here).round("a key", at=AT, seconds=2)
    for one in registry.asked:
        assert (one.headers["host"], one.headers["x-forwarded-proto"]) == ("registry.example", "https")


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (by(card, Registry_Stale="true"), DEGRADED, "stale"),
        (by(card, Registry_Stale="false"), OPERATIONAL, ""),
        (late(1.2, by(card)), DEGRADED, "slow"),
        (reply(503, {"code": "database_unavailable"}), PARTIAL, "status_503"),
        (reply(429, b"<h1>a proxy's</h1>"), PARTIAL, "wrong_answer"),
        (reply(404, b"<h1>not found</h1>"), PARTIAL, "status_404"),
        (reply(302, b"", Location="https://elsewhere.example/"), PARTIAL, "status_302"),
        (reply(200, b"<h1>it works</h1>"), PARTIAL, "wrong_answer"),
        (reply(200, b"[" * 100_000), PARTIAL, "wrong_answer"),
        (reply(200, []), PARTIAL, "wrong_answer"),
        (reply(200, None), PARTIAL, "wrong_answer"),
        (reply(200, {"number": A_NUMBER}), PARTIAL, "wrong_answer"),
        (reply(200, {"number": A_NUMBER, "listed": "yes"}), PARTIAL, "wrong_answer"),
        (reply(200, {"number": "+12025550101", "listed": True}), PARTIAL, "wrong_answer"),
        (reply(403, b"<h1>a proxy's</h1>"), PARTIAL, "wrong_answer"),
        (probed.never, PARTIAL, "timeout"),
        (probed.a_byte_at_a_time, PARTIAL, "timeout"),
        (probed.without_end, PARTIAL, "too_large"),
        (probed.hung_up, PARTIAL, "broken_answer"),
    ],
)
def test_a_look_up_is_judged_by_its_answer(
    registry: Probed, answer: Answer, outcome: Status, reason: str
) -> None:
    registry.answers[ONE] = answer
    assert told(measured(registry), "lookups") == (outcome, reason)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {**NOT_LISTED, "not_listed": []},
        {**NOT_LISTED, "not_listed": [A_NUMBER, A_NUMBER]},
        {**NOT_LISTED, "cards": [{"number": A_NUMBER}]},
        {**NOT_LISTED, "cards": [{"number": "+12025550101"}], "not_listed": []},
        {**NOT_LISTED, "cards": {}},
        {**NOT_LISTED, "cards": [A_NUMBER], "not_listed": []},
        {**NOT_LISTED, "invalid": [{"number": A_NUMBER}], "not_listed": []},
    ],
)
def test_an_address_book_holds_what_was_asked_and_nothing_else(registry: Probed, answer: Any) -> None:
    registry.answers[MANY] = reply(200, answer)
    assert told(measured(registry), "lookups") == (PARTIAL, "wrong_answer")
    registry.answers[MANY] = reply(200, {**NOT_LISTED, "cards": [{"number": A_NUMBER}], "not_listed": []})
    assert told(measured(registry), "lookups") == (OPERATIONAL, "")


def test_a_number_that_was_named_has_to_be_listed(registry: Probed, settings: Any) -> None:
    settings.PROBE = {**settings.PROBE, "NUMBER": A_NUMBER}
    assert told(measured(registry), "lookups") == (MAJOR, "not_listed")
    registry.answers[ONE] = reply(200, {"number": A_NUMBER, "listed": True})
    registry.answers[MANY] = reply(200, {**NOT_LISTED, "cards": [{"number": A_NUMBER}], "not_listed": []})
    assert told(measured(registry), "lookups") == (OPERATIONAL, "")


@pytest.mark.parametrize(
    ("path", "component", "outcome"),
    [("/start/", "forms", PARTIAL), ("/sign-in/", "forms", PARTIAL), ("/admin/sign-in/", "admin", MAJOR)],
)
def test_a_page_without_its_form_is_no_page(
    registry: Probed, path: str, component: str, outcome: Status
) -> None:
    registry.answers[f"GET {path}"] = reply(body=b"<h1>We are moving</h1>")
    assert told(measured(registry), component) == (outcome, "wrong_answer")


def test_a_message_that_was_given_up_or_stays_in_the_queue_is_a_failure(registry: Probed) -> None:
    registry.answers["GET /v1/probes/"] = reply(200, {"id": "msg_1", "status": "failed"})
    assert told(measured(registry), "messages") == (MAJOR, "not_sent")
    registry.answers["GET /v1/probes/"] = reply(200, {"id": "msg_1", "status": "waiting"})
    assert told(measured(registry, seconds=1), "messages") == (MAJOR, "not_sent_in_time")
    assert sum(one.path == "/v1/probes/msg_1" for one in registry.asked) < 15  # it does not hammer


def test_a_gateway_that_takes_nobodys_message_is_a_failure_though_the_test_message_left(
    registry: Probed,
) -> None:
    registry.answers["GET /v1/probes/"] = reply(200, {**MESSAGE, "gateway": "fails"})
    assert told(measured(registry), "messages") == (MAJOR, "not_sent")
    for well in ("works", "unknown"):
        registry.answers["GET /v1/probes/"] = reply(200, {**MESSAGE, "gateway": well})
        assert told(measured(registry), "messages") == (OPERATIONAL, "")


def test_a_mistake_in_a_check_is_no_data_and_ends_nothing(registry: Probed, caplog: Any) -> None:
    def broken(visit: object) -> str:
        raise ZeroDivisionError

    checks = tuple(replace(one, run=broken) if one.component == "admin" else one for one in CHECKS)
    found = Measuring(Registry(registry.url), checks=checks).round("a key", at=AT, seconds=2)
    assert {result.component for result in found.results} == set(KEYS) - {"admin"}
    assert "ZeroDivisionError" in caplog.text


def test_where_everything_fails_it_is_out(registry: Probed) -> None:
    registry.everything(reply(503))
    assert {result.outcome for result in measured(registry).values()} == {MAJOR}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{closed}", "refused"),
        ("http://nowhere.invalid", "name_unknown"),
        ("https://127.0.0.1:{open}", "tls"),
    ],
)
def test_a_registry_that_can_t_be_reached_is_out(registry: Probed, url: str, reason: str) -> None:
    registry.everything(probed.hung_up)
    address = url.format(closed=free_port(), open=registry.port)
    found = Measuring(Registry(address)).round("a key", at=AT, seconds=5)
    assert {result.outcome for result in found.results} == {MAJOR}
    assert {result.reason for result in found.results} == {reason}


@pytest.mark.parametrize(
    ("status", "code"), [(401, "key_revoked"), (429, "quota_requests"), (429, "throttled")]
)
def test_a_key_that_is_refused_says_nothing_of_the_service(registry: Probed, status: int, code: str) -> None:
    """Whoever had stolen it told subscribers of a major outage, by using up what it may ask."""
    for name in WELL:
        if "/v1/" in name:
            registry.answers[name] = reply(status, {"code": code})
    found = Measuring(Registry(registry.url)).round("a key", at=AT, seconds=2)
    assert found.refused == code
    assert {result.component for result in found.results} == {"forms", "admin"}


def test_what_fails_beside_a_refused_key_has_failed(registry: Probed) -> None:
    for name in WELL:
        if name.startswith(ONE):
            registry.answers[name] = reply(401, {"code": "key_revoked"})
        elif name.startswith(MANY):
            registry.answers[name] = reply(503, {"code": "database_unavailable"})
    assert measured(registry)["lookups"].outcome == MAJOR


def test_without_a_key_what_needs_none_is_measured(registry: Probed) -> None:
    assert set(measured(registry, key="")) == {"forms", "admin"}


@pytest.mark.parametrize("answer", [probed.never, probed.a_byte_at_a_time])
def test_what_hangs_ends_with_the_round_and_leaves_nothing_behind(registry: Probed, answer: Answer) -> None:
    registry.everything(answer)
    before = threading.active_count()
    began = time.monotonic()
    results = measured(registry, seconds=1)
    assert time.monotonic() - began < 1 + 2 * GRACE
    assert {result.reason for result in results.values()} == {"timeout"}
    for _ in range(20):
        if (left := _checking()) == 0:
            break
        time.sleep(0.1)
    assert left == 0 and threading.active_count() <= before + 2 * len(CHECKS)


def _checking() -> int:
    return sum(thread.name.startswith("check ") for thread in threading.enumerate())


def test_a_check_that_does_not_end_has_failed_in_the_next_round_too_and_gets_no_second_thread(
    registry: Probed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that keeps silent: nothing bounds the system's own wait for it."""
    going_on = threading.Event()

    def waits(*ignored: Any, **neither: Any) -> Any:
        going_on.wait(20)
        raise OSError

    measuring = Measuring(Registry(registry.url))
    monkeypatch.setattr("registry.status.asking.socket.getaddrinfo", waits)
    for _ in range(3):
        began = time.monotonic()
        found = measuring.round("a key", at=AT, seconds=0.3)
        assert time.monotonic() - began < 1
        assert {result.reason for result in found.results} == {"timeout"}
        assert _checking() == len(CHECKS)
    monkeypatch.undo()
    going_on.set()
    time.sleep(0.2)
    assert {result.outcome for result in measuring.round("a key", at=AT, seconds=2).results} == {OPERATIONAL}
