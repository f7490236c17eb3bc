"""A build of many cards, slow enough to be killed in the middle: `python -m tests.snapshots.killed`."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")


def slowly() -> Iterator[tuple[str, bytes]]:
    from tests.snapshots.made_up import cards

    for count, pair in enumerate(cards(range(6281200000, 6281300000))):
        if count % 10_000 == 5_000:
            print("building", flush=True)
            time.sleep(0.2)
        yield pair


if __name__ == "__main__":
    django.setup()
    from accounts.snapshots import building
    from tests.snapshots.made_up import NOW, POLICY

    print(building.build(2, NOW + timedelta(days=1), POLICY, slowly()), flush=True)
