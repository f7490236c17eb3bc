"""Where the queue looks for this app's jobs."""

from registry.status.subscribing import jobs as subscribing_jobs

__all__ = ["subscribing_jobs"]
