"""Made-up accounts in bulk, as `manage.py load_synthetic` makes them, and the databases they are in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from accounts.synthetic import facts
from accounts.synthetic.numbers import absent, number
from registry.run import ROOT

SEED = 2017  # of what the bench draws


def made_up_names(count: int) -> Iterator[str]:
    """Those of the first accounts, in their order."""
    return map(facts.name, range(count))


def numbers(count: int) -> list[str]:
    """Those of the first accounts, all listed. For a sample of millions, `number(i)` makes one at a time."""
    return [number(i) for i in range(count)]


def unlisted(count: int) -> list[str]:
    """Like those that are listed, and never any account's."""
    return [absent(i) for i in range(count)]


def url_of(database: str, role: str = "superuser") -> str:
    """The throw-away cluster's address for one of its databases."""
    variable = {"superuser": "SUPERUSER_DATABASE_URL", "owner": "OWNER_DATABASE_URL", "web": "DATABASE_URL"}
    return urlunsplit(urlsplit(os.environ[variable[role]])._replace(path=f"/{database}"))


def clone(template: str, database: str) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER registry_owner").format(
                sql.Identifier(database), sql.Identifier(template)
            )
        )


def load(database: str, count: int, *, with_name_keys: bool) -> None:
    """`count` accounts with business, number, proof, badge, journal lines, and what the index of look-alikes holds."""
    owner = {"REGISTRY_ROLE": "owner", "OWNER_DATABASE_URL": url_of(database, "owner")}
    subprocess.run(
        [
            *(sys.executable, "manage.py", "load_synthetic", f"--accounts={count}"),
            *(("--name-keys",) if with_name_keys else ()),
        ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url_of(database), **owner},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with psycopg.connect(url_of(database), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # which small loads leave to autovacuum, and that is off here
