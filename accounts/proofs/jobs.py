"""The clock as a periodic job."""

from typing import Any

from procrastinate.contrib.django import app

from accounts.proofs import clockwork


@app.periodic(cron="* * * * *")
@app.task(name="proofs.tick", queueing_lock="proofs.tick", pass_context=False)
def tick(timestamp: int) -> dict[str, Any]:
    """Each minute, whatever is due."""
    return clockwork.tick()
