"""The registry as `make run` starts it, for tests of the whole: real processes, real signals, real HTTP."""

import contextlib
import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import psycopg
import requests

from registry.postgres import Cluster
from registry.totp import code

ROOT = Path(__file__).resolve().parents[1]
# What the test run itself was given, and a registry of its own must not take over.
OURS = (
    "DATABASE_POOL_SIZE", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "HOST", "LOG_LEVEL", "MEDIA_ROOT",
    "OWNER_DATABASE_URL", "PORT", "PUBLIC_URL", "REGISTRY_ROLE", "REGISTRY_SUPERVISED", "SUPERUSER_DATABASE_URL",
    "VAR_DIR",
)  # fmt: skip
MARKS = {
    "web": "granian",
    "jobs": "procrastinate",
    "database": "/bin/postgres ",
    "cards": "cards follow",
    "prober": "manage.py probe",
}
ANSWER_WITHIN_SECONDS = 30
SIGN_IN = "/admin/sign-in/"
LOG_LINE = re.compile(
    r"^[-0-9]{10} [0-9:,]{12} ([A-Z]+) (\S+) ", re.MULTILINE
)  # as `settings.LOGGING` writes it


def environment(**given: str) -> dict[str, str]:
    """Ours, without what the test run itself was given."""
    return {**{name: value for name, value in os.environ.items() if name not in OURS}, **given}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until(reached: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := reached()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


def children_of(pid: int) -> dict[int, str]:
    """Living child processes and their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Server:
    """A registry on a folder and a port of its own; `settings` are its environment, as `make help` lists it."""

    def __init__(
        self, var_dir: Path, settings: dict[str, str] | None = None, command: list[str] | None = None
    ) -> None:
        self.var_dir, self.port = var_dir, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = var_dir.with_suffix(".output")
        self.env = environment(VAR_DIR=str(var_dir), PORT=str(self.port), **(settings or {}))
        self.command = command or [sys.executable, "-m", "registry.run"]
        self.process: subprocess.Popen[bytes] | None = None
        self.database_was_killed = False
        self.last_step: dict[str, int] = {}  # of each person's codes

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    # --- up and down ---

    def start(self, *, within: float = 120) -> "Server":
        began, said = time.monotonic(), len(self.said())
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        ended = self.process.poll
        try:
            assert until(lambda: "Ready: " in self.said()[said:] or ended() is not None, 120), self.said()
            assert ended() is None, self.said()
            took = time.monotonic() - began
            assert took < within, f"Ready after {took:.1f} s\n{self.said()}"
        except BaseException:
            self.process.terminate()  # else it competes with all tests that follow
            self.process.wait(60)
            raise
        until(lambda: "web" not in self.services() or "prober" in self.services(), 5)  # it comes last
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it by a signal, and sees that nothing is left running."""
        assert self.process is not None
        everyone = self.everyone()
        self.process.send_signal(number)
        self.process.wait(60)
        # Killed with PostgreSQL beside it, a job worker looks for the database for half a minute before it ends.
        assert until(lambda: all(is_gone(pid) for pid in everyone), seconds=90), self.said()
        assert len(everyone) >= 5 + 2 + 5, self.said()  # services, web workers, PostgreSQL's own

    def services(self) -> dict[str, int]:
        children = children_of(self.pid).items()
        return {name: pid for name, mark in MARKS.items() for pid, line in children if mark in line}

    def everyone(self) -> list[int]:
        """All that it started, and what those started."""
        services = self.services().values()
        return [*services, *(pid for service in services for pid in children_of(service))]

    def kill(self, service: str) -> None:
        """kill -9 of a service and, as it leads a process group, of all that it started."""
        self.database_was_killed |= service == "database"
        os.killpg(self.services()[service], signal.SIGKILL)

    def comes_back(self, service: str, since: int) -> bool:
        """Whether another process does the service's work, and it answers."""
        return until(lambda: self.services().get(service, since) != since) and until(self.is_ready)

    @contextlib.contextmanager
    def without(self, service: str) -> Iterator[None]:
        """Killed, and not started again meanwhile: the supervisor is asleep."""
        pid = self.services()[service]
        os.kill(self.pid, signal.SIGSTOP)
        try:
            self.kill(service)
            assert until(lambda: is_gone(pid))
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)
        assert self.comes_back(service, pid), self.said()

    # --- what it says ---

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def answers(self, path: str = "/admin/sign-in/") -> bool:
        try:
            return bool(requests.get(self.url + path, timeout=5).status_code == 200)
        except requests.RequestException:
            return False

    def is_ready(self) -> bool:
        return self.answers("/healthz/ready")

    def first_run(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.var_dir / "first-run.json").read_text())
        return facts

    def password_of(self, username: str) -> str:
        return self._kept_of(username)["password"]

    def code_of(self, username: str) -> str:
        """Of the authenticator app. A code is good once and steps go up only: the earliest that is good is taken."""
        secret, last = self._kept_of(username)["totp_secret"], self.last_step.get(username, 0)
        step = max(last + 1, int(time.time()) // 30 - 1)
        assert until(lambda: step <= int(time.time()) // 30 + 1, seconds=60)
        self.last_step[username] = step
        return code(secret, step)

    def _kept_of(self, username: str) -> dict[str, str]:
        staff: dict[str, dict[str, str]] = {
            person["username"]: person for person in self.first_run()["staff"]
        }
        return staff[username]

    def failures(self) -> list[str]:
        """What it logged as an error, tracebacks included. The jobs may tell that PostgreSQL was killed under them."""
        entries = LOG_LINE.split(self.said())[1:]
        lines = zip(entries[::3], entries[1::3], entries[2::3], strict=True)
        return [
            f"{logger} {text}"
            for level, logger, text in lines
            if (level in ("ERROR", "CRITICAL") or "Traceback" in text) and not self._is_due(logger, text)
        ]

    def _is_due(self, logger: str, text: str) -> bool:
        if not self.database_was_killed:
            return False
        return logger.startswith("procrastinate") or (
            logger.startswith("accounts.") and "OperationalError" in text
        )

    # --- beside it ---

    def manage(self, *arguments: str, role: str = "web", check: bool = True) -> str:
        """A command of an operator, on the running registry; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.env, "REGISTRY_ROLE": role},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read, or make older, what is in its database, past the application."""
        url = Cluster(self.var_dir / "postgres").url("owner")
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description is not None else []


@contextlib.contextmanager
def running(folder: Path, **settings: str) -> Iterator[Server]:
    """A registry after its first run. At the end it stops, and must not have failed on anything meanwhile."""
    server = Server(folder / "var", settings).start()
    try:
        yield server
    finally:
        server.stop()
    failures = server.failures()
    assert not failures, "\n".join(failures)


# --- callers ---


class App:
    """A client app: every request carries its key."""

    def __init__(self, server: Server, key: str) -> None:
        self.server = server
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {key}"

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The raw answer to a request with a JSON body."""
        if body is not None:
            more["json"] = body
        return self.http.request(
            method, urljoin(self.server.url, path), timeout=ANSWER_WITHIN_SECONDS, **more
        )

    def get(self, path: str, **more: Any) -> Any:
        answer = self.call("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, status: int = 201, **more: Any) -> Any:
        answer = self.call("POST", path, {} if body is None and not more else body, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    def card(self, number: str) -> dict[str, Any]:
        card: dict[str, Any] = self.get(f"/v1/contacts/{number}")
        return card


class Form:
    """A form of a page: where it goes, and its fields as they stand."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}
        self.names: set[str] = set()

    @property
    def verb(self) -> str:
        """The last word of the address it is posted to."""
        return urlsplit(self.action).path.rstrip("/").rpartition("/")[2]


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []
        self.inside: Form | None = None
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            posted = given.get("method", "").lower() == "post"
            self.inside = Form(given.get("action") or self.page) if posted else None
            if self.inside is not None:
                self.found.append(self.inside)
        if self.inside is None:
            return
        if tag == "select":
            self.select = given.get("name", "")
            self.inside.names.add(self.select)
        elif tag == "option" and self.select and "selected" in given:
            self.inside.fields[self.select] = given.get("value", "")
        elif tag == "textarea":
            self.textarea = given.get("name", "")
            self.inside.names.add(self.textarea)
            self.inside.fields[self.textarea] = ""
        elif tag == "input" and (name := given.get("name")):
            self.inside.names.add(name)
            kind = given.get("type", "text")
            if kind not in ("submit", "checkbox", "radio", "file") or "checked" in given:
                self.inside.fields[name] = given.get("value", "on" if kind == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        if self.inside is not None and self.textarea:
            self.inside.fields[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "textarea":
            self.textarea = ""
        elif tag == "select":
            self.select = ""


class Browser:
    """A person of the staff at the admin: reads pages, and posts the forms that stand on them, as they stand."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.http = requests.Session()
        self.http.headers["Accept"] = "text/html"
        self.http.headers["Accept-Language"] = "en"

    def open(self, path: str, *, status: int = 200) -> str:
        answer = self.http.get(urljoin(self.server.url, path), timeout=ANSWER_WITHIN_SECONDS)
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def sign_in(self, username: str, password: str) -> "Browser":
        """With a password and a code, as the first run left them."""
        page = f"{SIGN_IN}?next=/admin/"
        (form,) = (form for form in forms(self.open(page), page) if "password" in form.names)
        answer = self.post(page, form, login=username, password=password)
        (form,) = (form for form in forms(answer.text, answer.url) if "code" in form.names)
        answer = self.post(answer.url, form, code=self.server.code_of(username))
        assert urlsplit(answer.url).path == "/admin/", answer.text
        return self

    def form(self, path: str, verb: str) -> Form | None:
        """The form on a page that does what the last word of its address says."""
        return next((form for form in forms(self.open(path), path) if form.verb == verb), None)

    def post(self, path: str, form: Form, *, follow: bool = True, **filled_in: str) -> requests.Response:
        """The answer, after redirects where they are to be followed. Only what the form has can be filled in."""
        unknown = filled_in.keys() - form.names
        assert not unknown, f"the form {form.action!r} has no {unknown}: {form.names}"
        page = urljoin(self.server.url, path)
        return self.http.post(
            urljoin(page, form.action),
            data={**form.fields, **filled_in},
            headers={"Referer": page},
            allow_redirects=follow,
            timeout=ANSWER_WITHIN_SECONDS,
        )

    def do(self, path: str, verb: str, **filled_in: str) -> str:
        """Press the button on a page that does `verb`; the page that came after."""
        form = self.form(path, verb)
        assert form is not None, f"{path} offers no {verb}"
        answer = self.post(path, form, follow=True, **filled_in)
        assert answer.status_code == 200, answer.text
        return str(answer.text)


def forms(text: str, page: str) -> list[Form]:
    """The forms that stand on a page and are posted."""
    parser = _Forms(page)
    parser.feed(text)
    return parser.found


def words_of(page: str) -> str:
    """What a person reads: the page without its tags."""
    body = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page)
    return " ".join(html.unescape(body).split())
