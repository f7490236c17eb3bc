"""The worker's part: writing to subscribers, and forgetting what is over."""

import time
from datetime import timedelta

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from accounts.messages import services as messages
from registry.status.subscribing import services, telling

TURN = 15  # seconds; then other jobs have theirs
LOOK_AGAIN_AFTER = 3  # seconds, where enough of ours waits in the outbox
KEEP_WISHES = timedelta(days=7)
KEEP_MESSAGES = timedelta(days=30)


@app.periodic(cron="* * * * *")
@app.task(name="tell_subscribers", queueing_lock="tell_subscribers", lock="tell_subscribers")
def tell_subscribers(timestamp: int | None = None) -> None:
    """Runs when something was published, and each minute for what a killed worker left."""
    until = time.monotonic() + TURN
    while telling.something_is_left():
        if telling.enough_is_waiting():
            wake(after_seconds=LOOK_AGAIN_AFTER)
            return
        telling.tell_some()
        if time.monotonic() > until:
            wake()
            return


def wake(after_seconds: int = 0) -> None:
    """Have a worker go on; nothing to do when one is about to."""
    try:
        with transaction.atomic():  # the refusal of a second wake-up must not spoil the caller's transaction
            tell_subscribers.configure(schedule_in={"seconds": after_seconds}).defer()
    except exceptions.AlreadyEnqueued:
        pass


@app.periodic(cron="23 * * * *")
@app.task(name="forget_subscribing", queueing_lock="forget_subscribing")
def forget_subscribing(timestamp: int) -> None:
    """Wishes that came to nothing, and the addresses in messages that have long been sent."""
    services.forget_old(KEEP_WISHES)
    messages.remove_old(("status_confirm", "status_update"), older_than=KEEP_MESSAGES)
