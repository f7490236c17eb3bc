"""Around each job: its name and number stand in every line that is logged meanwhile, and it has a trace."""

from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import App
from procrastinate.job_context import JobContext
from procrastinate.worker import Worker

from registry import tracing
from registry.logs.context import JOB


def on_app_ready(app: App) -> None:
    app.worker_defaults["worker_middleware"] = [followed]


async def followed(run: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    tracing.start()
    job = context.job
    JOB.set(f"{job.task_name}[{job.id}]")  # each job is an asyncio task, with a context of its own
    with tracing.job(job.task_name, job.id):
        return await run()
