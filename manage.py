#!/usr/bin/env python
import os
import sys

from registry.postgres import PostgresError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    from django.core.management import execute_from_command_line  # after the variable it reads is set
    from django.db.utils import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except PostgresError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except OperationalError as error:
        from registry.database import outage

        reason = " ".join((outage.why() or str(error)).split())
        print(
            f"error: the database can't be reached ({reason}): start `make run`, or set VAR_DIR or DATABASE_URL",
            file=sys.stderr,
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
