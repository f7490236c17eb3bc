"""What is over is not kept."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from procrastinate.contrib.django import app

from accounts.contacts.models import SignInCode
from accounts.people.guesses import KNOWN_FOR
from accounts.people.models import Guesses

KEEP_CODES = timedelta(days=1)


@app.periodic(cron="41 * * * *")
@app.task(name="forget_sign_ins", queueing_lock="forget_sign_ins")
def forget_sign_ins(timestamp: int) -> None:
    """Codes that are long invalid, sessions that have expired (a device goes with its session), and old counters."""
    SignInCode.objects.filter(created_at__lt=Now() - KEEP_CODES).delete()
    Session.objects.filter(expire_date__lt=Now()).delete()
    Guesses.objects.filter(since__lt=Now() - KNOWN_FOR).delete()
