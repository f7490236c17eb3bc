"""The worker's part: sending what is due, and keeping the job queue itself in order."""

import logging
import time
from collections.abc import Collection
from datetime import timedelta
from smtplib import SMTPResponseException

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status
from procrastinate.tasks import Task

from accounts import clock
from accounts.audit import journal as audit
from accounts.messages import senders
from accounts.messages.gateways.answers import Refused, Unavailable, Unsure
from accounts.messages.models import Channel, Delivery, Message, MessageStatus, Outcome
from accounts.messages.rendering import CODE_LIFE
from accounts.messages.templates import PROBE, TEMPLATES

logger = logging.getLogger(__name__)

ATTEMPTS = 10  # the last one some three hours after the first
FIRST_RETRY_AFTER = timedelta(seconds=30)  # doubled each time
LONGEST_RETRY_AFTER = timedelta(hours=1)
UNSURE_ATTEMPTS = 3  # where no answer came: the reader may have it as often
LONGEST_REFERENCE = 100
TURN = 15  # seconds; then other jobs have theirs
KEEP_FINISHED_JOBS = 3  # hours; the clock alone leaves 720 an hour
KEEP_FAILED_JOBS = 30 * 24  # hours
RUNS_OF_A_STALLED_JOB = 5  # one that takes its worker down each time is given up


# Each has a job of its own, and one of it runs at a time: a gateway that hangs holds up no mail, nor anything else.
MAIL = (Channel.EMAIL,)
TELEPHONE = (Channel.SMS, Channel.VOICE)


@app.periodic(cron="* * * * *")
@app.task(name="deliver", queueing_lock="deliver", lock="deliver")
def deliver(timestamp: int | None = None) -> None:
    """Send the mail that is due. Runs when a message was written, and each minute for what a killed worker left."""
    if _work(MAIL):
        wake_mail()


@app.periodic(cron="* * * * *")
@app.task(name="deliver_to_telephones", queueing_lock="deliver_to_telephones", lock="deliver_to_telephones")
def deliver_to_telephones(timestamp: int | None = None) -> None:
    """The same for SMS and calls."""
    if _work(TELEPHONE):
        wake_telephone()


def _work(channels: Collection[Channel]) -> bool:
    """Send what is due, for one turn; True when something may be left."""
    until = time.monotonic() + TURN
    while deliver_next(channels):
        if time.monotonic() > until:
            return True
    return False


def wake_mail() -> None:
    """Have a worker look at the outbox; nothing to do when one is about to."""
    _wake(deliver)


def wake_telephone() -> None:
    _wake(deliver_to_telephones)


def _wake(job: Task[[int | None], None, []]) -> None:
    try:
        with transaction.atomic():  # the refusal of a second wake-up must not spoil the caller's transaction
            job.defer()
    except exceptions.AlreadyEnqueued:
        pass


@transaction.atomic
def deliver_next(channels: Collection[Channel] = (*MAIL, *TELEPHONE)) -> bool:
    """Send one message; False when none is due.

    The row stays locked while it is sent, and other workers skip it. At least once: a worker that dies between
    sending and committing leaves the message due, and where a gateway gave no answer it is sent again: twice rather
    than never. Each attempt carries the message's id, by which a gateway, or the reader, can tell a repeat.
    """
    due = Message.objects.due().filter(channel__in=channels).order_by("next_attempt_at")
    message = due.select_for_update(skip_locked=True).first()
    if message is None:
        return False
    message.attempts += 1
    if message.secret and clock.now() > message.created_at + _secret_life(message):
        _give_up(message, "too late for its code")
    else:
        delivery = attempt(message)
        delivery.save(force_insert=True)
        if delivery.outcome == Outcome.ACCEPTED:
            message.status, message.sent_at = MessageStatus.SENT, clock.now()
            message.secret = message.last_error = ""
        elif _is_the_last(delivery):
            _give_up(message, delivery.error)
        else:
            _try_later(message, delivery.error)
    message.save(update_fields=["status", "attempts", "secret", "last_error", "next_attempt_at", "sent_at"])
    return True


def attempt(message: Message) -> Delivery:
    """What came of handing it over, for the log; not saved yet."""
    try:
        reference = senders.hand_over(message) or ""
        return Delivery(message=message, outcome=Outcome.ACCEPTED, reference=reference[:LONGEST_REFERENCE])
    except Refused as wrong:
        return Delivery(message=message, outcome=Outcome.REFUSED, error=wrong.kind)
    except Unsure as wrong:
        return Delivery(message=message, outcome=Outcome.UNSURE, error=wrong.kind)
    except Exception as wrong:  # whatever a gateway raises: the message is still ours to send
        return Delivery(message=message, outcome=Outcome.FAILED, error=_kind(wrong))


def _is_the_last(delivery: Delivery) -> bool:
    """Refused for good, tried often enough, or so often without an answer that the reader may have it many times."""
    if delivery.outcome == Outcome.REFUSED or delivery.message.attempts >= ATTEMPTS:
        return True
    if delivery.outcome != Outcome.UNSURE:
        return False
    return delivery.message.deliveries.filter(outcome=Outcome.UNSURE).count() >= UNSURE_ATTEMPTS


def _secret_life(message: Message) -> timedelta:
    template = TEMPLATES.get(message.template)  # another release may know it
    return template.secret_life if template else CODE_LIFE


def _try_later(message: Message, error: str) -> None:
    wait = min(FIRST_RETRY_AFTER * 2 ** (message.attempts - 1), LONGEST_RETRY_AFTER)
    message.last_error, message.next_attempt_at = error, clock.now() + wait


def _give_up(message: Message, error: str) -> None:
    message.status, message.last_error, message.secret = MessageStatus.FAILED, error, ""
    if message.template == PROBE:  # the status page tells; an alert twice a minute would hide others
        return
    data = {"code": "message_given_up", "template": message.template, "error": error}
    audit.log("alert", by=audit.SYSTEM, on=message, data=data)
    logger.error("%s was given up: %s", message.pk, error)


def _kind(wrong: Exception) -> str:
    """The kind of failure only: its words may hold the address, or the code."""
    if isinstance(wrong, Unavailable):
        return wrong.kind
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
