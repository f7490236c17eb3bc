"""The worker's part: websites that are due, and those that somebody waits for."""

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from accounts.websites import checking

LAST = -1  # a priority below the others': a code on its way to a phone does not wait for websites


@app.periodic(cron="* * * * *")
@app.task(name="check_websites", queueing_lock="check_websites", priority=LAST)
def check_websites(timestamp: int | None = None) -> None:
    """A few at a time, some seconds at most; then everybody else has their turn."""
    if checking.check_some():
        wake()


def wake() -> None:
    """Have a worker look; nothing to do when one is about to."""
    try:
        with transaction.atomic():  # the refusal of a second wake-up must not spoil the caller's transaction
            check_websites.defer()
    except exceptions.AlreadyEnqueued:
        pass
