"""The clock as a periodic job."""

from typing import Any

from procrastinate.contrib.django import app

from accounts.verification import clockwork


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="verification.tick", pass_context=False)
def tick(timestamp: int) -> dict[str, Any]:
    """Every five seconds, whatever is due; a tick that is still queued is not queued again."""
    return clockwork.tick()
