"""What may stand in a log line, in both formats."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import resolve
from procrastinate.jobs import Job

from accounts.clients import keys
from accounts.errors import NotAllowed
from accounts.people.models import User
from registry import logs
from registry.logs.context import JOB, REQUEST_ID
from registry.logs.lines import JsonObject, Line
from tests.server import ROOT, environment

NUMBER, ADDRESS, NAME = "+6281234567890", "siti.aminah@warung.example", "Bu Siti"
TOKEN = "k3Vb9QxYz7LmN2pRsT4wUa"  # as long as an invitation's
KEY = keys.generate("live")


@pytest.fixture(autouse=True)
def no_request() -> Iterator[None]:
    token = REQUEST_ID.set("")
    yield
    REQUEST_ID.reset(token)


# --- a record of each of those who log ---


def record(
    name: str, message: str, *arguments: Any, failure: BaseException | None = None, **extra: Any
) -> Any:
    info = (type(failure), failure, failure.__traceback__) if failure else None
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, info)
    made.__dict__.update(extra)
    return made


def asked(path: str) -> HttpRequest:
    request = RequestFactory().get(path)
    try:
        request.resolver_match = resolve(request.path)
    except Exception:  # nothing is there
        request.resolver_match = None
    return request


def both(made: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    found: dict[str, Any] = json.loads(JsonObject("test").format(made))
    return Line().format(made), found


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"/v1/contacts/{NUMBER}", "/v1/contacts/<written:number>"),
        (f"/i/{TOKEN}/", "/i/<str:token>/"),
        ("/Warung Bu Siti/", "an unknown address"),
        ("/Warung Bu Sití/", "an unknown address"),
    ],
)
def test_django_tells_a_route_and_never_a_path(path: str, told: str) -> None:
    request = asked(path)
    escaped = request.path.encode("unicode_escape").decode()  # as django.utils.log writes it
    line, found = both(record("django.request", "Not Found: %s", escaped, request=request, status_code=404))
    assert found["message"] == f"Not Found: {told}"
    assert f"Not Found: {told}" in line
    assert "Siti" not in line and NUMBER[1:] not in line and TOKEN not in line


def test_a_job_is_told_by_name_and_number_not_by_what_it_was_given() -> None:
    job = Job(
        id=7, queue="default", lock=None, queueing_lock=None, task_name="tell", task_kwargs={"name": "Bu Siti"}
    )  # fmt: skip
    text = f"Job {job.call_string} ended with status: Error, lasted 0.1 s"
    line, found = both(record("procrastinate.worker", text, job=job.log_context(), action="job_error"))
    assert found["message"] == "Job tell[7] ended with status: Error, lasted 0.1 s"
    assert "Siti" not in line + str(found)


@pytest.mark.parametrize(
    "name", ["_granian", "_granian.workers", "allauth.account", "psycopg.pool", "urllib3"]
)
def test_whoever_logs_is_masked(name: str) -> None:
    line, found = both(record(name, f"to {NUMBER} or {ADDRESS} at /i/{TOKEN}/ with {KEY}"))
    assert found["message"] == "to *** or *** at /i/***/ with vbr_live_***"
    assert found["message"] in line


# --- exceptions ---


def raised(act: Callable[[], Any]) -> BaseException:
    try:
        act()
    except Exception as failure:
        return failure
    raise AssertionError("nothing was raised")


@pytest.mark.django_db
def test_of_a_database_error_only_state_and_constraint_are_told() -> None:
    """PostgreSQL's DETAIL holds the row: `Key (username)=(Bu Siti) already exists.`"""

    def twice() -> None:
        with transaction.atomic():
            for _ in range(2):
                User.objects.create(username=NAME, password=make_password(None))

    failure = raised(twice)
    assert isinstance(failure, IntegrityError) and "Bu Siti" in str(failure)
    line, found = both(record("registry", "It failed", failure=failure))
    assert "Siti" not in line + str(found)
    assert found["exception"] == "django.db.utils.IntegrityError"
    assert "IntegrityError: 23505 people_user_username_key" in found["stack"]
    assert "psycopg.errors.UniqueViolation: 23505" in found["stack"]
    assert "Traceback" in line and "test_logs.py" in line


@pytest.mark.django_db
def test_what_the_database_could_not_read_is_not_told() -> None:
    def wrong() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [NAME])

    line, found = both(record("registry", "It failed", failure=raised(wrong)))
    assert "Siti" not in line + str(found)
    assert "22P02" in line and "22P02" in found["stack"]


@pytest.mark.parametrize(
    ("act", "json_tells", "line_tells"),
    [
        (
            lambda: int(NUMBER + "x"),
            "ValueError",
            "ValueError: invalid literal for int() with base 10: '***x'",
        ),
        (lambda: {"": ""}[ADDRESS], "KeyError", "KeyError: '***'"),
        (
            lambda: Path("/nowhere/Siti").read_text(),
            "FileNotFoundError: [Errno 2] No such file or directory",
            None,
        ),
        (lambda: None.siti, "AttributeError: 'NoneType' object has no attribute 'siti'", None),  # type: ignore[attr-defined]  # what fails
    ],
)
def test_an_exception_is_told_without_values(
    act: Callable[[], Any], json_tells: str, line_tells: str | None
) -> None:
    line, found = both(record("registry", "It failed", failure=raised(act)))
    assert found["stack"].splitlines()[-1] == json_tells
    assert line.splitlines()[-1] == (line_tells or json_tells)


def test_our_own_refusals_are_told_by_their_code() -> None:
    def refuse() -> None:
        raise NotAllowed("conflict")

    _, found = both(record("registry", "It failed", failure=raised(refuse)))
    assert found["stack"].endswith("accounts.errors.NotAllowed: conflict")


def test_all_that_led_to_an_exception_is_told_and_nothing_of_what_it_said() -> None:
    def both_of_them() -> None:
        try:
            raise ValidationError("Bu Siti")
        except ValidationError:
            raise ExceptionGroup(
                "Bu Siti", [ValueError("Bu Siti"), OSError(28, "No space", "Siti")]
            ) from None

    _, found = both(record("registry", "It failed", failure=raised(both_of_them)))
    assert "Siti" not in str(found)
    assert "OSError: [Errno 28] No space" in found["stack"] and "ExceptionGroup" in found["stack"]


# --- one object a line ---


def test_an_object_has_these_fields_and_no_others_whatever_a_library_adds() -> None:
    made = record(
        "registry", "Two\nlines, %s", "é", number=NUMBER, request_id="no", job={"queue": "x"}, status="x"
    )
    text = JsonObject("web").format(made)
    assert "\n" not in text
    found = json.loads(text)
    assert found.pop("time").endswith("Z")
    assert found == {"level": "error", "logger": "registry", "message": "Two\nlines, é", "process": "web"}


def test_where_it_was_said_is_masked_too() -> None:
    """`stack_info=True`: the lines of code, in which a number may stand."""
    line, found = both(record("registry", "It happened", stack_info=f'Stack:\n  look_up("{NUMBER}")'))
    assert found["stack"] == 'Stack:\n  look_up("***")'
    assert "look_up" in line and NUMBER not in line


def test_it_says_of_which_request_or_job_it_is() -> None:
    request, job = REQUEST_ID.set("abc-1"), JOB.set("deliver[3]")
    try:
        line, found = both(record("registry", "It happened"))
    finally:
        REQUEST_ID.reset(request)
        JOB.reset(job)
    assert (found["request_id"], found["job"]) == ("abc-1", "deliver[3]")
    assert line.endswith("ERROR registry It happened [abc-1]")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "line"),
        ({"DEPLOYMENT": "live"}, "json"),
        ({"DEPLOYMENT": "live", "LOG_FORMAT": "line"}, "line"),
        ({"LOG_FORMAT": "json"}, "json"),
    ],
)
def test_a_live_deployment_logs_objects(
    given: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DEPLOYMENT", "LOG_FORMAT", "LOG_REQUESTS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert isinstance(logs.formatter(), JsonObject if expected == "json" else Line)
    level = logs.from_environment()["loggers"]["registry.requests"]["level"]
    assert level == ("INFO" if expected == "json" else "WARNING")


def test_what_ends_a_process_is_a_line_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logs._ended(ValueError, raised(lambda: int("Siti")), None)
    (made,) = caplog.records
    assert (
        made.levelname == "CRITICAL"
        and json.loads(JsonObject("jobs").format(made))["exception"] == "ValueError"
    )
    assert sys.excepthook is not logs._ended  # only where lines are objects


PAST_THE_LOG = """
import logging, threading
from registry import logs
logs.configure(logs.from_environment())
logging.getLogger("registry").error("%d", "Siti")
thread = threading.Thread(target=int, args=["Siti"])
thread.start()
thread.join()
int("Siti")
"""


def test_as_objects_nothing_is_printed_past_them() -> None:
    """Python prints a line that can't be written with its values, and what ends a thread or the process as it is."""
    ended = subprocess.run(
        [sys.executable, "-c", PAST_THE_LOG], env={**os.environ, "LOG_FORMAT": "json"}, cwd=ROOT,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert [json.loads(line)["message"] for line in ended.stderr.splitlines()] == [
        "A thread ends",
        "The process ends",
    ]
    assert "Siti" not in ended.stdout + ended.stderr


@pytest.mark.django_db
def test_a_page_of_an_error_tells_the_code_to_ask_with(client: Client) -> None:
    token = REQUEST_ID.set("abc-1234")
    try:
        page = client.get("/nowhere", headers={"accept": "text/html"}).content.decode()
    finally:
        REQUEST_ID.reset(token)
    assert "<code>abc-1234</code>" in page


GRANIANS = """
from granian.log import LogLevels, configure_logging, logger
configure_logging(LogLevels.warning)
import registry.wsgi
logger.error("Application callable raised an exception: %s", "to +6281234567890")
"""


@pytest.mark.parametrize("kind", ["line", "json"])
def test_what_granian_says_in_a_worker_is_one_of_our_lines(tmp_path: Path, kind: str) -> None:
    """It has handlers of its own before the application is loaded."""
    done = subprocess.run(
        [sys.executable, "-c", GRANIANS],
        cwd=ROOT,
        env=environment(VAR_DIR=str(tmp_path), LOG_FORMAT=kind),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    (line,) = (done.stdout + done.stderr).splitlines()
    text = json.loads(line)["message"] if kind == "json" else line.partition(" ERROR _granian ")[2]
    assert text == "Application callable raised an exception: to ***"
