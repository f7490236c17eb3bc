"""The worker's part."""

from procrastinate.contrib.django import app

from accounts.reports import services as reports


@app.task(name="reports.gather")
def gather() -> int:
    """Runs when the threshold changed."""
    return reports.gather_due()
