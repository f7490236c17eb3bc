"""Twilio and any HTTP gateway, against a real server on loopback: up, down, slow, cutting off, answering twice."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import checks

from accounts.audit import journal as audit
from accounts.audit.models import LogEntry
from accounts.messages import jobs
from accounts.messages import services as messages
from accounts.messages.gateways import http
from accounts.messages.models import Channel, Message, MessageStatus, Outcome
from accounts.people.models import User
from tests.factories import age
from tests.messages import companies
from tests.messages.companies import HttpCompany, say, yes
from tests.messages.gateways import APPROVED

NUMBER, CODE = "+6281234567890", "420019"
TWILIO = "accounts.messages.gateways.twilio.TwilioSender"
GENERIC = "accounts.messages.gateways.generic.HttpGatewaySender"
INVALID_NUMBER = say(
    400, b'{"code": 21211, "message": "Invalid \'To\' Phone Number: +6281234567890", "status": 400}'
)


@pytest.fixture
def company(settings: Any) -> Iterator[HttpCompany]:
    with companies.http_company() as company:
        settings.TWILIO = {
            "URL": company.url,
            "ACCOUNT_SID": "AC1",
            "AUTH_TOKEN": "t0ken",
            "FROM": "+12025550100",
        }
        settings.SMS_GATEWAY = {
            "URL": f"{company.url}/sms?v=1",
            "CALL_URL": "",
            "TOKEN": "t0ken",
            "HEADER": "Authorization",
            "BODY": "",
        }
        yield company


@pytest.fixture(params=[TWILIO, GENERIC], ids=["twilio", "generic"])
def sender(request: pytest.FixtureRequest, settings: Any, company: HttpCompany) -> str:
    settings.SMS_SENDER = request.param
    return str(request.param)


@pytest.fixture
def code(ada: User) -> Message:
    return messages.send("number_code", to=NUMBER, secret=CODE, about=ada, by=ada)


def attempts(message: Message) -> list[tuple[str, str]]:
    return list(message.deliveries.values_list("outcome", "error"))


def try_again(message: Message) -> None:
    """As when its time has come."""
    age(message, timedelta(hours=2), "next_attempt_at")
    assert jobs.deliver_next()
    message.refresh_from_db()


def test_twilio_is_asked_as_its_documentation_says(
    company: HttpCompany, settings: Any, code: Message
) -> None:
    settings.SMS_SENDER = TWILIO
    assert jobs.deliver_next()
    [asked] = company.received
    assert asked.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")) == b"AC1:t0ken"
    form = parse_qs(asked.body.decode(), strict_parsing=True)
    assert (form["To"], form["From"]) == ([NUMBER], ["+12025550100"])
    assert f"Kode Anda {CODE}." in form["Body"][0]
    [delivery] = code.deliveries.all()
    assert (delivery.outcome, delivery.reference, delivery.error) == (Outcome.ACCEPTED, "SM123", "")


def test_twilio_reads_a_call_out_in_the_readers_language(
    company: HttpCompany, settings: Any, ada: User
) -> None:
    settings.SMS_SENDER = TWILIO
    for language in ("id", "en"):
        messages.send(
            "number_code", to=NUMBER, channel=Channel.VOICE, language=language, secret=CODE, about=ada, by=ada
        )
    assert jobs.deliver_next() and jobs.deliver_next()
    said = [parse_qs(asked.body.decode())["Twiml"][0] for asked in company.received]
    assert {asked.path for asked in company.received} == {"/2010-04-01/Accounts/AC1/Calls.json"}
    assert said[0].startswith('<Response><Say language="id-ID" voice="Google.id-ID-Standard-A">')
    assert said[1].startswith('<Response><Say language="en-US"')
    assert all(twiml.count("4, 2, 0, 0, 1, 9.") == 2 for twiml in said)


def test_what_is_said_by_telephone_is_escaped(company: HttpCompany, settings: Any, ada: User) -> None:
    settings.SMS_SENDER = TWILIO
    params = {"name": "Toko <Hangup/> & Co", "link": "/my/"}
    messages.send("approved", to=NUMBER, channel=Channel.VOICE, params=params, about=ada, by=ada)
    jobs.deliver_next()
    assert "Toko &lt;Hangup/&gt; &amp; Co" in parse_qs(company.received[0].body.decode())["Twiml"][0]


def test_a_gateway_gets_the_json_that_the_settings_say(
    company: HttpCompany, settings: Any, ada: User
) -> None:
    settings.SMS_SENDER = GENERIC
    params = {"name": 'Toko "{number}"', "link": "/my/"}
    message = messages.send("approved", to=NUMBER, params=params, language="en", about=ada, by=ada)
    jobs.deliver_next()
    [asked] = company.received
    assert asked.path == "/sms?v=1"
    assert asked.headers["Authorization"] == "Bearer t0ken"
    assert asked.headers["Idempotency-Key"] == message.pk
    body = json.loads(asked.body)
    assert (body["to"], body["kind"], body["id"]) == (NUMBER, "sms", message.pk)
    assert body["text"].startswith('Verified Business Registry: Toko "{number}" is verified.')
    assert message.deliveries.get().reference == "ref-123"

    settings.SMS_GATEWAY |= {
        "CALL_URL": f"{company.url}/call",
        "HEADER": "X-Api-Key",
        "BODY": '{"recipients": ["{number}"], "said": {"in": "{language}", "words": "{text}"}, "priority": 1}',
    }
    messages.send("approved", to=NUMBER, channel=Channel.VOICE, params=params, about=ada, by=ada)
    jobs.deliver_next()
    asked = company.received[1]
    assert (asked.path, asked.headers["X-Api-Key"]) == ("/call", "t0ken")
    body = json.loads(asked.body)
    assert (body["recipients"], body["said"]["in"], body["priority"]) == ([NUMBER], "id", 1)


def test_a_gateway_that_fails_once_is_asked_again_under_the_same_key(
    sender: str, company: HttpCompany, code: Message
) -> None:
    company.answers = [say(500), yes()]
    jobs.deliver_next()
    try_again(code)
    assert attempts(code) == [(Outcome.FAILED, "http_500"), (Outcome.ACCEPTED, "")]
    assert (code.status, code.attempts, code.secret, code.last_error) == (MessageStatus.SENT, 2, "", "")
    assert company.messages == {code.pk}


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 500, 503])
def test_what_may_be_over_soon_is_tried_again(
    sender: str, company: HttpCompany, code: Message, status: int
) -> None:
    """A redirect is not followed: it would carry the code, and our credentials, to somebody else."""
    company.answers = [say(status, Location=f"{company.url}/elsewhere")]
    jobs.deliver_next()
    code.refresh_from_db()
    assert (code.status, attempts(code)) == (MessageStatus.WAITING, [(Outcome.FAILED, f"http_{status}")])
    assert len(company.received) == 1


def test_a_number_that_does_not_exist_is_given_up_at_once(
    sender: str, company: HttpCompany, code: Message, caplog: pytest.LogCaptureFixture
) -> None:
    company.answers = [INVALID_NUMBER]
    jobs.deliver_next()
    code.refresh_from_db()
    kind = "twilio_21211" if sender == TWILIO else "http_400"
    assert (code.status, code.last_error, code.secret) == (MessageStatus.FAILED, kind, "")
    assert attempts(code) == [(Outcome.REFUSED, kind)]
    alert = LogEntry.objects.get(kind="alert")
    assert alert.data == {"code": "message_given_up", "template": "number_code", "error": kind}
    assert kind in caplog.text
    assert NUMBER not in caplog.text and CODE not in caplog.text


def test_a_gateway_that_is_down_loses_nothing(sender: str, settings: Any, code: Message) -> None:
    settings.TWILIO["URL"] = settings.SMS_GATEWAY["URL"] = companies.nobody_there()
    jobs.deliver_next()
    code.refresh_from_db()
    assert (code.status, attempts(code)) == (MessageStatus.WAITING, [(Outcome.FAILED, "not_connected")])


@pytest.mark.parametrize("mood", [companies.cut_off, companies.nonsense, say(502), say(504)])
def test_where_no_answer_comes_it_is_tried_a_few_times_and_never_lost_silently(
    sender: str, company: HttpCompany, ada: User, mood: companies.Say
) -> None:
    """It may have been taken each time. A gateway that recognises the key has one message, others three at most."""
    message = messages.send("approved", to=NUMBER, params=APPROVED, about=ada, by=audit.SYSTEM)
    company.answers = [mood]
    for _ in range(jobs.UNSURE_ATTEMPTS):
        try_again(message)
    assert (message.status, message.attempts) == (MessageStatus.FAILED, jobs.UNSURE_ATTEMPTS)
    assert {outcome for outcome, _ in attempts(message)} == {Outcome.UNSURE}
    assert company.messages == {message.pk}
    assert LogEntry.objects.get(kind="alert").on == message.pk


@pytest.mark.parametrize(
    "mood", [companies.twice, companies.cut_off_within_the_answer, companies.without_end]
)
def test_the_first_line_of_the_first_answer_counts(
    sender: str, company: HttpCompany, code: Message, mood: companies.Say
) -> None:
    company.answers = [mood]
    assert jobs.deliver_next()
    assert not jobs.deliver_next()
    code.refresh_from_db()
    assert (code.status, len(company.received)) == (MessageStatus.SENT, 1)


@pytest.mark.parametrize("mood", [companies.hang(3), companies.drip(3)], ids=["hangs", "drips"])
def test_a_slow_gateway_is_cut_off(
    sender: str, company: HttpCompany, code: Message, mood: companies.Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its late answer changes nothing: the next attempt carries the same key."""
    assert http.TOTAL_SECONDS <= 10
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.5)
    company.answers = [mood, yes()]
    started = time.monotonic()
    assert jobs.deliver_next()
    assert time.monotonic() - started < 2
    try_again(code)
    assert attempts(code) == [(Outcome.UNSURE, "no_answer"), (Outcome.ACCEPTED, "")]
    assert company.messages == {code.pk}


def test_what_a_gateway_says_is_no_reference_unless_it_looks_like_one(
    company: HttpCompany, settings: Any
) -> None:
    for said in [
        b'{"id": "sent to +62 812"}',
        b'["x"]',
        b'{"id": {"a": 1}}',
        b"[" * 50_000,
        b"\xff",
        b'{"id": ""}',
    ]:
        assert http.fact(http.Reply(200, said), "id") == ""
    assert http.fact(http.Reply(200, b'{"id": 4711}'), "id") == "4711"


WRONG_SETTINGS = [
    (
        TWILIO,
        {},
        ["TWILIO_ACCOUNT_SID is not set.", "TWILIO_AUTH_TOKEN is not set.", "TWILIO_FROM is not set."],
    ),
    (GENERIC, {}, ["SMS_GATEWAY_URL is not set."]),
    (GENERIC, {"URL": "http://sms.example/"}, ["SMS_GATEWAY_URL has to start with https://."]),
    (GENERIC, {"URL": "https://[/"}, ["SMS_GATEWAY_URL is no address."]),
    (GENERIC, {"URL": "http://localhost:9", "BODY": "{"}, ["SMS_GATEWAY_BODY is no JSON."]),
    (
        GENERIC,
        {"URL": "https://sms.example", "BODY": '{"to": "{number}"}'},
        ["SMS_GATEWAY_BODY has no {text}."],
    ),
    (
        GENERIC,
        {"URL": "https://sms.example", "HEADER": "X: y"},
        ["SMS_GATEWAY_HEADER is no name of a header."],
    ),
    (GENERIC, {"URL": "https://sms.example"}, []),
]


@pytest.mark.parametrize(("sender", "given", "found"), WRONG_SETTINGS)
def test_a_gateway_that_lacks_a_setting_is_said_at_the_start(
    settings: Any, sender: str, given: dict[str, str], found: list[str]
) -> None:
    settings.SMS_SENDER = sender
    settings.SMS_GATEWAY = {**settings.SMS_GATEWAY, **given}
    said = [check for check in checks.run_checks() if check.id == "outbox.E002"]
    assert [check.msg for check in said] == found
    assert all(check.hint for check in said)
