"""Writing to people."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.audit.journal import Actor, Thing
from accounts.messages import jobs, templates
from accounts.messages.models import Channel, Message, MessageStatus
from accounts.people.models import User


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


def forget(contacts: Iterable[str]) -> None:
    """What waits for these contacts is not sent any more."""
    Message.objects.filter(to__in=list(contacts), status=MessageStatus.WAITING).delete()


def _wake_the_worker_after_commit(wake: Callable[[], None]) -> None:
    """The row in the outbox is what counts; the job only says "look now", and the minute's sweep says it too.

    Not inside the transaction: the queueing lock is a unique key, on which every other sender would wait
    until this one commits, and could deadlock with it. Nor would a job that was queued before our commit
    surely see our row.
    """
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)
