"""What is over is forgotten, on the hour."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from accounts.contacts import jobs
from accounts.contacts.models import Device, SignInCode
from accounts.people.guesses import KNOWN_FOR
from accounts.people.models import Guesses, User
from tests.contacts.asking import NOBODYS, ask
from tests.factories import age
from tests.onboarding.signing import signed_in


def test_old_codes_sessions_and_counters_go(ada: User) -> None:
    signed_in(ada)
    gone = Device.objects.get()
    signed_in(ada)
    ask(NOBODYS)
    Session.objects.filter(pk=gone.session_id).update(expire_date="2020-01-01T00:00Z")
    age(SignInCode.objects.order_by("pk")[0], jobs.KEEP_CODES, "created_at", "expires_at")
    counter = Guesses.objects.all()[0]
    age(counter, KNOWN_FOR + timedelta(minutes=1), "since")
    before = SignInCode.objects.count()
    jobs.forget_sign_ins(0)
    assert SignInCode.objects.count() == before - 1
    assert not Guesses.objects.filter(pk=counter.pk).exists()
    assert not Device.objects.filter(pk=gone.pk).exists()
    assert (
        Device.objects.count() == Session.objects.filter(pk__in=Device.objects.values("session")).count() == 1
    )
