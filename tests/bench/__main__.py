"""`make bench`: measures what the registry promises of its speed, in one run, on made-up accounts.

Runs beside the throw-away PostgreSQL that `python -m registry.postgres throwaway` starts for it.
"""

import argparse
import os
import sys
from pathlib import Path

import django

from registry.run import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, to see that it runs; proves nothing"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "var" / "bench.json", help="where the list of measures is written"
    )
    arguments = parser.parse_args()
    if "SUPERUSER_DATABASE_URL" not in os.environ:
        parser.error("it needs a PostgreSQL of its own: make bench")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "registry.settings", "LOG_LEVEL": "warning"}
    django.setup()

    from tests.bench.run import run  # models can be imported from here on

    return run(quick=arguments.quick, output=arguments.out)


if __name__ == "__main__":
    sys.exit(main())
