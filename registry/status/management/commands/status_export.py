from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.status import publishing


class Command(BaseCommand):
    help = (
        "Puts the status page, as it was last drawn, into a folder that any static server can serve. Needs no database."
        " Run it every minute, or let that folder be the prober's: STATUS_DIR."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        source = Path(settings.STATUS_DIR)
        folder = folder.resolve()
        if folder == source.resolve():
            raise CommandError(f"{folder} is where the page is drawn: choose another folder.")
        try:
            files = publishing.read(source)
        except OSError as wrong:
            raise CommandError(f"{source} can't be read: {wrong.strerror}.") from wrong
        if publishing.CLOCK not in files:
            raise CommandError(
                f"There is no page in {source} yet: the prober (`make run`, or `manage.py probe`) draws it after its "
                "first round. Is it elsewhere, set VAR_DIR or STATUS_DIR."
            )
        try:
            publishing.write(files, folder)
        except OSError as wrong:
            raise CommandError(f"{folder} can't be written: {wrong.strerror}.") from wrong
        self.stdout.write(
            f"{len(files)} files are in {folder}. Serve that folder with anything that serves files, for example:\n"
            f"    python -m http.server --directory {folder} 8080"
        )
