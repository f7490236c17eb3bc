"""The worker's part: a snapshot a day, and old ones go."""

import logging
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from accounts.audit import journal as audit
from accounts.cardstore import generations
from accounts.errors import NotAllowed
from accounts.snapshots import folders, keys

logger = logging.getLogger(__name__)

DUE_AT = time(19, tzinfo=UTC)  # two at night in Jakarta
LONGEST = timedelta(hours=1)


@app.periodic(cron="11 * * * *")
@app.task(name="snapshots.build", queueing_lock="snapshots.build", priority=-1)
def build(timestamp: int) -> str | None:
    """Once a day; what did not come about is tried again every hour. In a process of its own: packing five million
    cards takes minutes of one core, and codes on their way to a phone do not wait for that.
    """
    if not is_due(datetime.now(UTC)):
        return None
    if not folders.snapshots() and not generations.existing():
        return "Later: this machine's first store of cards is still being built."
    done = subprocess.run(
        [sys.executable, "-m", "django", "snapshots", "build"],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST.total_seconds(),
        check=False,
    )
    said = (done.stdout if done.returncode == 0 else done.stderr).strip()
    if done.returncode != 0:
        logger.error("No snapshot was built: %s", said)
        audit.log("alert", by=audit.SYSTEM, on=None, data={"code": "snapshot_failed"})
    return said


@app.periodic(cron="41 * * * *")
@app.task(name="snapshots.sweep", queueing_lock="snapshots.sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Whatever becomes of the builds, what was kept long enough goes."""
    try:
        with folders.alone():
            removed = folders.remove_old(datetime.now(UTC))
    except NotAllowed:  # a build is under way; in an hour, then
        removed = []
    return {"removed": len(removed), "keys": keys.drop_retired()}


def is_due(now: datetime) -> bool:
    """Whether nothing was built since the last time that something should have been."""
    due = datetime.combine(now.date(), DUE_AT)
    if due > now:
        due -= timedelta(days=1)
    held = folders.snapshots()
    return not held or folders.moment_of(held[0]) < due
