"""`make bench`: measures what the registry promises of its speed, on made-up accounts.

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
        "--only", default="", metavar="SECTIONS", help="some sections, with commas; unknown ones are listed"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep the registries of the sections at scale there, and find them there again; for one at a time",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "var" / "bench.json", help="where the list of measures is written"
    )
    arguments = parser.parse_args()
    if "SUPERUSER_DATABASE_URL" not in os.environ:
        parser.error("it needs a PostgreSQL of its own: make bench")
    os.environ |= {"DJANGO_SETTINGS_MODULE": "registry.settings", "LOG_LEVEL": "warning"}
    django.setup()

    from tests.bench import run  # models can be imported from here on
    from tests.bench.scale.run import SECTIONS as AT_SCALE

    only = [name for name in arguments.only.split(",") if name]
    known = (*AT_SCALE, *run.SECTIONS)
    if unknown := [name for name in only if name not in known]:
        parser.error(f"there is no section {', '.join(unknown)}; there are {', '.join(known)}")
    keep = arguments.keep.absolute() if arguments.keep else None
    return run.run(quick=arguments.quick, only=only, keep=keep, output=arguments.out)


if __name__ == "__main__":
    sys.exit(main())
