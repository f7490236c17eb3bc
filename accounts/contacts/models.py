"""Codes with which owners sign in, and the browsers in which they are signed in."""

from typing import ClassVar

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts import codes
from accounts.ids import IdField
from accounts.people.models import User

LONGEST_BROWSER = 40  # characters


class SignInCode(models.Model):
    """A six-digit code on its way to whoever says that a contact is theirs: known here or not, the row is the same.

    It is good in the browser that asked for it, once, for ten minutes, for five guesses. Neither the contact nor the
    code stands here, and no person: who it is, is looked at when the code was right.
    """

    id = IdField("sic")
    browser = models.BinaryField(max_length=32, help_text="A keyed hash of a random value in the session.")
    contact = models.BinaryField(max_length=32, help_text="A keyed hash.")
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    guesses = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(guesses__lte=codes.GUESSES), name="at_most_five_guesses_at_a_sign_in"
            ),
            models.UniqueConstraint(
                fields=["browser"], condition=Q(closed_at=None), name="one_open_sign_in_code_per_browser"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="a_sign_in_code_lives_for_a_while"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="sign_in_codes_by_age")]

    def __str__(self) -> str:
        return self.id


class DeviceQuerySet(models.QuerySet["Device"]):
    def of(self, person: User) -> "DeviceQuerySet":
        """Where a person is signed in now, the last one first."""
        alive = self.filter(person=person, session__expire_date__gt=Now())
        return alive.select_related("session").order_by("-signed_in_at", "-id")


class Device(models.Model):
    """A browser in which an owner is signed in. It lives and ends with its session, whichever way that ends."""

    id = IdField("dev")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(
        max_length=LONGEST_BROWSER, blank=True, help_text="Its family and system, no more."
    )
    signed_in_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[DeviceQuerySet] = DeviceQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    def __str__(self) -> str:
        return self.id
