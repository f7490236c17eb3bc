"""The worker's part: sending what is due, and keeping the job queue itself in order."""

import logging
import time
from datetime import timedelta
from smtplib import SMTPResponseException

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status

from accounts import clock
from accounts.audit import journal as audit
from accounts.messages import senders
from accounts.messages.models import Message, MessageStatus
from accounts.messages.rendering import CODE_LIFE
from accounts.messages.templates import TEMPLATES

logger = logging.getLogger(__name__)

ATTEMPTS = 10  # the last one some three hours after the first
FIRST_RETRY_AFTER = timedelta(seconds=30)  # doubled each time
LONGEST_RETRY_AFTER = timedelta(hours=1)
TURN = 15  # seconds; a mail server that hangs must not keep all other jobs waiting
KEEP_FINISHED_JOBS = 3  # hours; the clock alone leaves 720 an hour
KEEP_FAILED_JOBS = 30 * 24  # hours
RUNS_OF_A_STALLED_JOB = 5  # one that takes its worker down each time is given up


@app.periodic(cron="* * * * *")
@app.task(name="deliver", queueing_lock="deliver")
def deliver(timestamp: int | None = None) -> None:
    """Send what is due. Runs when a message was written, and each minute for what a killed worker left."""
    until = time.monotonic() + TURN
    while deliver_next():
        if time.monotonic() > until:
            wake()
            return


def wake() -> None:
    """Have a worker look at the outbox; nothing to do when one is about to."""
    try:
        with transaction.atomic():  # the refusal of a second wake-up must not spoil the caller's transaction
            deliver.defer()
    except exceptions.AlreadyEnqueued:
        pass


@transaction.atomic
def deliver_next() -> bool:
    """Send one message; False when none is due.

    The row stays locked while it is sent, and other workers skip it. A worker that dies between sending and
    committing leaves the message due: it then goes out twice rather than never.
    """
    message = Message.objects.due().select_for_update(skip_locked=True).order_by("next_attempt_at").first()
    if message is None:
        return False
    message.attempts += 1
    if message.secret and clock.now() > message.created_at + _secret_life(message):
        _give_up(message, "too late for its code")
    else:
        try:
            senders.hand_over(message)
        except Exception as wrong:  # whatever a gateway raises: the message is still ours to send
            _retry_or_give_up(message, _kind(wrong))
        else:
            message.status, message.sent_at = MessageStatus.SENT, clock.now()
            message.secret = message.last_error = ""
    message.save(update_fields=["status", "attempts", "secret", "last_error", "next_attempt_at", "sent_at"])
    return True


def _secret_life(message: Message) -> timedelta:
    template = TEMPLATES.get(message.template)  # another release may know it
    return template.secret_life if template else CODE_LIFE


def _retry_or_give_up(message: Message, error: str) -> None:
    if message.attempts >= ATTEMPTS:
        _give_up(message, error)
        return
    wait = min(FIRST_RETRY_AFTER * 2 ** (message.attempts - 1), LONGEST_RETRY_AFTER)
    message.last_error, message.next_attempt_at = error, clock.now() + wait


def _give_up(message: Message, error: str) -> None:
    message.status, message.last_error, message.secret = MessageStatus.FAILED, error, ""
    data = {"code": "message_given_up", "template": message.template, "error": error}
    audit.log("alert", by=audit.SYSTEM, on=message, data=data)
    logger.error("%s was given up: %s", message.pk, error)


def _kind(wrong: Exception) -> str:
    """The kind of failure only: its words may hold the address, or the code."""
    number = f" {wrong.smtp_code}" if isinstance(wrong, SMTPResponseException) else ""
    return f"{type(wrong).__name__}{number}"


@app.periodic(cron="* * * * *")
@app.task(name="rescue_stalled_jobs", queueing_lock="rescue_stalled_jobs", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Jobs of a worker that died without a word go back into the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        assert job.id is not None  # it came out of the table
        if job.attempts >= RUNS_OF_A_STALLED_JOB:
            logger.error("job %s (%s) lost its worker too often and was given up", job.id, job.task_name)
            await manager.finish_job_by_id_async(job.id, status=Status.FAILED, delete_job=False)
            continue
        try:
            await manager.retry_job(job)
        except exceptions.UniqueViolation:  # the same job waits in the queue already: that one will do
            await manager.finish_job_by_id_async(job.id, status=Status.ABORTED, delete_job=False)


@app.periodic(cron="17 * * * *")
@app.task(name="remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=KEEP_FINISHED_JOBS)
    await manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_JOBS, include_failed=True, include_cancelled=True, include_aborted=True
    )
