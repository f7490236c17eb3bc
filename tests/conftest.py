"""The cast, and the databases.

Ada the baker owns a business, Mallory imitates, Rita and Rudi review, Sinta is a senior reviewer, Olga operates,
Kai's app calls the API.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

from accounts.audit import journal as audit
from accounts.clients import services as clients
from accounts.clients.models import ClientApp, Scope
from accounts.people.models import User
from accounts.people.roles import Role
from registry.database import outage
from tests.factories import PASSWORD, make_owner


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing is slow on purpose; the tests do not guess passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_drawn(settings: Any) -> None:
    """No approval is drawn by chance for a blind review, where a test does not ask for it."""
    settings.QUALITY_SHARE = 0


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "evidence"


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, also where no test of the run asks for `db` (pytest-django makes none then)."""
    if connection.settings_dict["NAME"].startswith("test_"):
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed(migrated: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the test's own, cloned from the migrated one, where transactions really commit.

    The journal refuses TRUNCATE, so a database that was committed to is dropped rather than emptied.
    """
    with django_db_blocker.unblock():
        template = connection.settings_dict["NAME"]
        clone = f"{template}_committed"
        _close_all()
        _maintain(
            f'DROP DATABASE IF EXISTS "{clone}" WITH (FORCE)',
            f'CREATE DATABASE "{clone}" TEMPLATE "{template}"',
        )
        connection.settings_dict["NAME"] = clone
        try:
            yield
        finally:
            _close_all()
            connection.settings_dict["NAME"] = template
            _maintain(f'DROP DATABASE "{clone}" WITH (FORCE)')
            outage.forget()  # who looked for the clone just now would call the database away


def _close_all() -> None:
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's; it keeps connections to a database by its name


def _maintain(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:  # Django's own way to create a database
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def undo_window(settings: Any) -> timedelta:
    return timedelta(seconds=settings.UNDO_WINDOW.total_seconds())


@pytest.fixture
def no_undo_window(settings: Any) -> None:
    """Decisions take effect at once."""
    settings.UNDO_WINDOW = timedelta(0)


def _staff(name: str, role: Role) -> User:
    return User.objects.create_staff(name.lower(), PASSWORD, role, name)


@pytest.fixture
def ada(db_of_the_test: None) -> User:
    return make_owner("Ada", "ada@owner.example")


@pytest.fixture
def mallory(db_of_the_test: None) -> User:
    return make_owner("Mallory", "mallory@owner.example")


@pytest.fixture
def rita(db_of_the_test: None) -> User:
    return _staff("Rita", Role.REVIEWER)


@pytest.fixture
def rudi(db_of_the_test: None) -> User:
    return _staff("Rudi", Role.SENIOR_REVIEWER)


@pytest.fixture
def sinta(db_of_the_test: None) -> User:
    return _staff("Sinta", Role.SENIOR_REVIEWER)


@pytest.fixture
def olga(db_of_the_test: None) -> User:
    return _staff("Olga", Role.OPERATOR)


@pytest.fixture
def kai(db_of_the_test: None) -> ClientApp:
    return clients.create_app("Kai's messenger", "kai@app.example", by=audit.SYSTEM)


@pytest.fixture
def kais_key(kai: ClientApp) -> str:
    """The secret of a key with every scope."""
    _, secret = clients.create_key(kai, scopes=[scope.value for scope in Scope], by=audit.SYSTEM)
    return secret


@pytest.fixture
def db_of_the_test(request: pytest.FixtureRequest, migrated: None) -> None:
    """The committed database where the test asks for it, else one that is rolled back."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")
