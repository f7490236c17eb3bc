"""The command as tests run it: in this process, or in one of its own that may be killed."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from registry.run import ROOT


def load(accounts: int, **options: Any) -> str:
    """What it printed. Raises CommandError."""
    out = io.StringIO()
    call_command("load_synthetic", accounts=accounts, stdout=out, **options)
    return out.getvalue()


def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """In a process of its own, on this test's database."""
    parts = connection.settings_dict
    url = f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    of_the_test = {"DATABASE_URL": url, "OWNER_DATABASE_URL": url, "REGISTRY_ROLE": "owner"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "load_synthetic", *arguments],
        cwd=ROOT,
        env={**os.environ, **of_the_test, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def peak_megabytes(process: "subprocess.Popen[str]") -> float:
    """The most it held so far: of its own memory, not of this process, of which it was a copy at first."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def shape() -> set[str]:
    """Every index and constraint of the database, as its definition, and what tables have of settings.

    Without the casts of its constants: PostgreSQL spells an array of them in one way that it was told by Django, and
    in another that it was told by itself.
    """
    return {re.sub(r"::[a-z ]+(\[\])?|[()\[\]]|ARRAY", "", definition) for definition in _definitions()}


def _definitions() -> set[str]:
    return {
        *(
            definition
            for (definition,) in rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
        ),
        *(
            f"{table} {settings}"
            for table, settings in rows(
                "SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL"
            )
        ),
        *(
            f"{table} {name} {definition} {validated}"
            for table, name, definition, validated in rows(
                "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace"
            )
        ),
    }
