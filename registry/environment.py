"""Reads the environment for settings: a wrong value ends the process with one line that names its variable."""

import os
import secrets
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from environs import Env, EnvError, validate
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from registry import postgres

env = Env()


def stop(sentence: str) -> NoReturn:
    print(f"error: {sentence}", file=sys.stderr)
    sys.exit(2)


def _read(name: str, reader: Callable[[], Any]) -> Any:
    try:
        return reader()
    except (EnvError, ValueError) as wrong:
        stop(f"{name}={os.environ.get(name)!r} can't be used: {' '.join(str(wrong).split())}")


def text(name: str, default: str = "", *, one_of: tuple[str, ...] = ()) -> str:
    validator = validate.OneOf(one_of) if one_of else None
    return str(_read(name, lambda: env.str(name, default, validate=validator)))


def texts(prefix: str, **defaults: str) -> dict[str, str]:
    """A group of variables: PREFIX_NAME for each name."""
    return {name: text(f"{prefix}_{name}", default) for name, default in defaults.items()}


def log_level(name: str, default: str) -> str:
    """In capitals, as logging spells it, however it was written."""
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    return text(name, default, one_of=(*levels, *map(str.lower, levels))).upper()


def number(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    return int(_read(name, lambda: env.int(name, default, validate=validate.Range(low, high))))


def numbers(prefix: str, **defaults: int) -> dict[str, int]:
    """A group of variables: PREFIX_NAME for each name."""
    return {name: number(f"{prefix}_{name}", default, low=1) for name, default in defaults.items()}


def seconds(name: str, default: int) -> timedelta:
    return timedelta(seconds=number(name, default))


def days(name: str, default: int, *, low: int = 0) -> timedelta:
    return timedelta(days=number(name, default, low=low, high=36_500))


def dates(name: str) -> list[date]:
    """Days as 2027-03-10, with commas."""
    given = text(name).replace(" ", "")
    return _read(name, lambda: [date.fromisoformat(day) for day in given.split(",") if day])  # type: ignore[no-any-return]  # what the reader made


def public_url(name: str, default: str) -> str:
    url = text(name, default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        stop(f"{name}={url!r} can't be used: it has to start with http:// or https:// and name a host")
    return url


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default))).resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        stop(f"{name}={path} can't be used: {wrong.strerror}; set {name} to a folder you may write to")
    return path


def secret(name: str, *, at_least: int) -> str:
    """Empty where it is unset. A short one is guessed."""
    given = text(name)
    if given and (len(given) < at_least or not (given.isascii() and given.isprintable()) or " " in given):
        stop(f"{name} can't be used: it has to be {at_least} characters or more, letters and digits")
    return given


def secret_key(name: str, var_dir: Path) -> str:
    """The variable, or a key of this installation that its first run makes."""
    if given := text(name):
        return given
    path = var_dir / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    except OSError as wrong:
        stop(f"VAR_DIR={var_dir} can't be used: {wrong.strerror}; set VAR_DIR to a folder you may write to")
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text()


def database(var_dir: Path, *, pool_size: int) -> dict[str, Any]:
    """Django's dictionary for DATABASE_URL, or for the embedded cluster under `var_dir`.

    REGISTRY_ROLE=owner takes the role that may alter tables (migrations), otherwise the web role that may not.
    """
    role = text("REGISTRY_ROLE", "web", one_of=("web", "owner"))
    url = text("DATABASE_URL")
    if url and role == "owner":
        url = text("OWNER_DATABASE_URL") or url
    if not url:
        try:
            url = postgres.embedded_url(var_dir, owner=role == "owner")
        except postgres.NeverStarted:
            url = "postgres://registry_web@127.0.0.1:1/registry"  # commands that need no database still work
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as wrong:
        stop(f"DATABASE_URL can't be used: {' '.join(str(wrong).split())}")
    keys = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    named = {name: str(parts.pop(key, "")) for name, key in keys.items()}
    options: dict[str, Any] = {"connect_timeout": 3, **parts}
    if role == "web":  # an answer that takes longer is none; migrations may take their time
        options.setdefault("options", "-c lock_timeout=10s -c statement_timeout=60s")
        if pool_size:  # of connections that are given up where the database falls silent (registry/database)
            options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 3}
    return {"ENGINE": "registry.database", **named, "OPTIONS": options}
