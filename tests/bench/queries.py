"""How many queries a look-up takes that the database answers: where there is no store, or it can't be trusted."""

from collections.abc import Callable, Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.display.serializers import LOOKUP_LIMIT
from tests.bench import dataset
from tests.bench.report import Measure, held
from tests.bench.scale.site import new_key


def measure(accounts: int) -> Iterator[Measure]:
    """In this process, through every middleware; the first call warms what a process keeps."""
    book = dataset.numbers(min(LOOKUP_LIMIT, accounts))
    client = Client(HTTP_AUTHORIZATION=f"Bearer {new_key('Bench')[1]}", HTTP_HOST="127.0.0.1")
    calls: dict[str, Callable[[], object]] = {
        "look-up by the database, queries": lambda: client.get(f"/v1/contacts/{book[0]}"),
        "batch of 1,000 by the database, queries": lambda: client.post(
            "/v1/contacts/lookup", {"numbers": book}, content_type="application/json"
        ),
    }
    for name, call in calls.items():
        call()
        with CaptureQueriesContext(connection) as asked:
            call()
        yield held(name, len(asked), "queries", "<=", 2)
