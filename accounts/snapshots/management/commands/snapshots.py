"""`manage.py snapshots build | list | verify [ID …] | sweep | rotate_key`: copies of all listed cards."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import DomainError
from accounts.snapshots import checking, current, folders, keys, manifests


class Command(BaseCommand):
    help = (
        "Copies of all listed cards for client platforms (docs/snapshot.md): build one, or look after them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser(
            "build", help="write a snapshot of what is listed now, and what changed since the last"
        )
        verbs.add_parser("list", help="what there is, newest first")
        verify = verbs.add_parser("verify", help="check signatures, hashes and counts")
        verify.add_argument("id", nargs="*", help="of snapshots or deltas; all by default")
        verbs.add_parser("sweep", help="remove what was kept long enough")
        verbs.add_parser("rotate_key", help="publish a new key, which signs in two days")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options.get("id") or [])
        except DomainError as refusal:
            raise CommandError(refusal.text.en) from refusal

    def _build(self, names: list[str]) -> None:
        name = current.build()
        manifest = manifests.read(folders.root() / name)
        self.stdout.write(f"{name}: {manifest['count']} cards, policy {manifest['policy']}")

    def _list(self, names: list[str]) -> None:
        for name in [*folders.snapshots(), *folders.deltas()]:
            manifest = manifests.read(folders.root() / name)
            size = sum(file["bytes"] for file in manifest["files"])
            self.stdout.write(f"{name}  {manifest['kind']}  {size} bytes")

    def _verify(self, names: list[str]) -> None:
        wrong = 0
        for name in names or [*folders.snapshots(), *folders.deltas()]:
            faults = list(checking.faults(name))
            wrong += bool(faults)
            for fault in faults or ["right"]:
                self.stdout.write(f"{name}: {fault}")
        if wrong:
            raise CommandError(f"{wrong} not as they should be")

    def _sweep(self, names: list[str]) -> None:
        with folders.alone():
            for name in folders.remove_old(datetime.now(UTC)):
                self.stdout.write(f"{name} removed")
        keys.drop_retired()

    def _rotate_key(self, names: list[str]) -> None:
        key = keys.rotate()
        self.stdout.write(f"{key.id} is published, and signs from {key.since:%Y-%m-%d %H:%M} UTC on")
