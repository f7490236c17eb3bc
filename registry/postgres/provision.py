"""The database and who may do what in it."""

from collections.abc import Callable, Mapping
from typing import Literal

import psycopg
from psycopg import sql

DATABASE = "registry"
ROLES = {"superuser": "postgres", "owner": "registry_owner", "web": "registry_web"}
Role = Literal["superuser", "owner", "web"]


def provision(
    url: Callable[[Role, str], str], passwords: Mapping[str, str], *, may_make_databases: bool
) -> None:
    """Make roles and database where they are missing; any part of it may have been done before a crash.

    The owner alters tables; what it makes, here and in databases made later, the web role may read and write.
    """
    owner, web = sql.Identifier(ROLES["owner"]), sql.Identifier(ROLES["web"])
    with psycopg.connect(url("superuser", "postgres"), autocommit=True) as server:
        if server.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is not None:
            return
        known = {name for (name,) in server.execute("SELECT rolname FROM pg_roles")}
        for role in ("owner", "web"):
            if ROLES[role] not in known:
                name, password = sql.Identifier(ROLES[role]), sql.Literal(passwords[role])
                server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
        if may_make_databases:
            server.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(owner))
        # Every new database is a copy of template1, its default rights included.
        with psycopg.connect(url("superuser", "template1"), autocommit=True) as template:
            for rights in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
                grant = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT {} TO {}")
                template.execute(grant.format(owner, sql.SQL(rights), web))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))
