"""Django's PostgreSQL backend, but for this: while the database is known to be away, nobody waits for it.

Each of a worker's few threads would wait three seconds for the pool, or for ever for an answer (`Line`), and look-ups
behind them, which need no database.
"""

from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg import OperationalError as Failed

from registry.database import outage
from registry.database.line import Line


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if isinstance(pool := self.settings_dict["OPTIONS"].get("pool"), dict):
            pool["connection_class"] = Line

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if outage.is_known():
            raise OperationalError("the database is away")
        if self.pool and not self.pool.get_stats().get("pool_available"):
            outage.suspect()  # while we wait for the pool: if it is away, the pool is given up, and so is our wait
        try:
            return super().get_new_connection(conn_params)
        except Failed:  # the pool's time-out is one, too
            outage.suspect()
            raise
