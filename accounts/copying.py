"""Many new rows at once, by COPY: a third of what `bulk_create` costs."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model. What the first of them leaves to the database is left to it for all.

    Nothing comes back, no signal is sent, and no list of captured queries shows it. Raises what Django would,
    IntegrityError among others.
    """
    if not rows:
        return
    given = vars(rows[0])
    fields = [
        field
        for field in rows[0]._meta.concrete_fields
        if not isinstance(given[field.attname], DatabaseDefault)
        and not (field.primary_key and given[field.attname] is None)
    ]
    quoted = connection.ops.quote_name
    table, columns = quoted(rows[0]._meta.db_table), ", ".join(quoted(str(field.column)) for field in fields)
    prepared = [(field.attname, field.get_db_prep_save) for field in fields]
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            values = vars(row)
            copy.write_row([prepare(values[name], connection) for name, prepare in prepared])
