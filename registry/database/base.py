"""Django's PostgreSQL backend, but for this: while the database is known to be away, nobody waits for it.

Each of a worker's few threads would wait three seconds for the pool, and look-ups behind them, which need no database.
"""

from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from registry.database import outage


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if outage.is_known():
            raise OperationalError("the database is away")
        try:
            return super().get_new_connection(conn_params)  # type: ignore[no-untyped-call]  # Django's are untyped
        except (base.Database.OperationalError, PoolTimeout):
            outage.suspect()
            raise
