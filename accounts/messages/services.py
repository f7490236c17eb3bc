"""Writing to people."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.audit.journal import Actor, Thing
from accounts.messages import jobs, templates
from accounts.messages.models import Channel, Message, MessageStatus
from accounts.people.models import User

AT_ONCE = 500  # messages that are removed in one transaction


@transaction.atomic
def send(
    template: str,
    *,
    to: User | str,
    about: Thing,
    by: Actor,
    params: Mapping[str, Any] | None = None,
    channel: Channel | None = None,
    language: str = "",
    secret: str = "",
    once: str = "",
) -> Message:
    """Put a message into the outbox, in the caller's transaction; it leaves once that has committed.

    `to` is a person, reached by e-mail where there is an address and by SMS otherwise, or an E.164 number
    (an address with `channel=Channel.EMAIL`). `Channel.VOICE` rings the number and reads the text out.
    `once` names what may be sent a single time ("renewal_reminder:bdg_…:60"); to a person, once to each. Sent again
    under the same name, the first message is returned and nothing else happens.
    A person who can't be reached gets a message that has failed already, so that staff see it in the outbox.
    Raises ValueError: no such template, a placeholder without a value, or a secret too many or too few.
    """
    if isinstance(to, User):
        channel = channel or (Channel.EMAIL if to.email else Channel.SMS)
        language = language or to.language
        address = (to.email if channel == Channel.EMAIL else to.phone) or ""
    else:
        channel, address = channel or Channel.SMS, to
    subject, body = templates.render(template, channel, language or "id", params or {})
    if bool(secret) != bool(templates.TEMPLATES[template].secret):
        raise ValueError(f"{template} has {'no secret' if secret else 'a secret, which is missing'}")
    key = (f"{once}:{to.pk}" if isinstance(to, User) else once) if once else None
    message = Message(
        channel=channel,
        to=address,
        language=language or "id",
        template=template,
        subject=subject,
        body=body,
        secret=secret if address else "",
        once=key,
        about=str(about.pk),
        by=str(by.pk),
        status=MessageStatus.WAITING if address else MessageStatus.FAILED,
        last_error="" if address else "no address",
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        sent_before = Message.objects.filter(once=key).first() if key else None
        if not sent_before:
            raise
        return sent_before
    if address:
        _wake_the_worker_after_commit(jobs.wake_mail if channel == Channel.EMAIL else jobs.wake_telephone)
    return message


class Recipient(NamedTuple):
    """Of a mail that goes to many. `about`, `secret` and `once` are as `send` has them."""

    address: str
    language: str
    about: Thing
    secret: str
    once: str


@transaction.atomic
def send_to_each(
    template: str, recipients: Sequence[Recipient], *, by: Actor, params: Mapping[str, Any]
) -> None:
    """One mail to each address, written out once a language; who has one under the same `once` gets no other.

    Raises ValueError: no such template, or a placeholder without a value.
    """
    written = {
        language: templates.render(template, Channel.EMAIL, language, params)
        for language in {recipient.language for recipient in recipients}
    }
    rows = [
        Message(
            channel=Channel.EMAIL,
            to=recipient.address,
            language=recipient.language,
            template=template,
            subject=written[recipient.language][0],
            body=written[recipient.language][1],
            secret=recipient.secret,
            once=recipient.once,
            about=str(recipient.about.pk),
            by=str(by.pk),
        )
        for recipient in recipients
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    _wake_the_worker_after_commit(jobs.wake_mail)


def forget(contacts: Iterable[str]) -> None:
    """What waits for these contacts is not sent any more."""
    _remove(Message.objects.filter(to__in=list(contacts), status=MessageStatus.WAITING))


def forget_about(things: Iterable[str]) -> None:
    """What is about these is not sent any more, nor kept."""
    _remove(Message.objects.filter(about__in=list(things)))


def remove_old(written_by: Iterable[str], *, older_than: timedelta) -> None:
    """Messages of these templates that were written so long ago, whatever became of them."""
    old = Message.objects.filter(template__in=list(written_by), created_at__lt=Now() - older_than)
    while _remove(old[:AT_ONCE]):
        pass


@transaction.atomic
def _remove(rows: QuerySet[Message]) -> int:
    """One that is being sent is waited for: what comes of that is noted in a row of its own, which goes as well."""
    found = [message.pk for message in rows.select_for_update()]
    Message.objects.filter(pk__in=found).delete()
    return len(found)


def _wake_the_worker_after_commit(wake: Callable[[], None]) -> None:
    """The row in the outbox is what counts; the job only says "look now", and the minute's sweep says it too.

    Not inside the transaction: the queueing lock is a unique key, on which every other sender would wait
    until this one commits, and could deadlock with it. Nor would a job that was queued before our commit
    surely see our row.
    """
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)
