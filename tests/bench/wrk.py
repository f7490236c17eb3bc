"""The load generator: wrk (https://github.com/wg/wrk), one thread, with requests that were made ready in a file."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.processes import dying_with_parent

CONNECTIONS = 64
SCRIPT = Path(__file__).with_name("wrk.lua")
TIMEOUT_SECONDS = 10  # of one request
_NUL = b"\0"


@dataclass(frozen=True)
class Outcome:
    answered: int  # requests, the refused ones included
    microseconds: int
    refused: int  # status 400 or above
    broken: int  # no connection, cut off, or no answer in time
    p50: int  # microseconds a request
    p99: int

    @property
    def a_second(self) -> float:
        return self.answered / (self.microseconds / 1e6)


def require() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit(
            "error: the bench's load generator is missing: apt-get install wrk (or brew install wrk)"
        )


def version() -> str:
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False, timeout=10).stdout
    return " ".join(said.split()[:2])


def get(path: str, key: str | None = None, etag: str | None = None) -> bytes:
    return _request("GET", path, key, {"If-None-Match": etag} if etag else {})


def post(path: str, body: bytes, key: str | None = None, *, gzip: bool = False) -> bytes:
    more = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return _request("POST", path, key, more | ({"Accept-Encoding": "gzip"} if gzip else {})) + body


def _request(method: str, path: str, key: str | None, headers: dict[str, str]) -> bytes:
    if key:
        headers = {"Authorization": f"Bearer {key}", **headers}
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def write(file: Path, requests: Sequence[bytes]) -> Path:
    file.write_bytes(_NUL.join(requests))
    return file


def send(port: int, file: Path, seconds: int, connections: int = CONNECTIONS) -> Outcome:
    with started(port, file, seconds, connections) as process:
        return outcome(process, seconds)


def started(
    port: int, file: Path, seconds: int, connections: int = CONNECTIONS, *, pause_ms: int | None = None
) -> "subprocess.Popen[str]":
    """Running on its own; the caller waits by `outcome`, or kills it. It ends with this process in any case."""
    return subprocess.Popen(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT_SECONDS}s"),
            *("-s", str(SCRIPT), f"http://127.0.0.1:{port}", "--", str(file), str(random.randrange(10**6))),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **({"PAUSE_MS": str(pause_ms)} if pause_ms else {})},
        preexec_fn=dying_with_parent(9),
    )


def outcome(process: "subprocess.Popen[str]", seconds: int) -> Outcome:
    try:
        said, _ = process.communicate(timeout=seconds + 3 * TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    if process.returncode:
        raise SystemExit(f"wrk failed: {said}")
    return Outcome(**json.loads(said.strip().splitlines()[-1]))
