"""`manage.py cards …`: the store of cards of this machine."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from accounts.cardstore import building, following


class Command(BaseCommand):
    help = "The store of rendered cards beside the web workers of this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("follow", help="Apply the journal to the store, for ever. `make run` does it.")
        verbs.add_parser("build", help="Build a store from nothing; the follower takes it over.")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "follow":
            with following.the_only_one():
                following.Follower().run()
        elif verb == "build":
            with tqdm(unit=" cards", disable=None) as bar:
                path = building.build(bar.update)
            self.stdout.write(f"Generation {path.name} is built.")
