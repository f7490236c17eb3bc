"""The worker's part: what has been kept long enough goes."""

from procrastinate.contrib.django import app

from accounts.privacy import erasure
from accounts.verification import retention


@app.periodic(cron="41 * * * *")
@app.task(name="privacy.sweep", queueing_lock="privacy.sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Every hour: the papers of applications that ended long ago, and what an erasure had to leave for a while."""
    return {"papers": retention.delete_due(), "erasures": erasure.finish_due()}
