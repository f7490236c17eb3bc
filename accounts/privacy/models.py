"""What a person agreed to, and who asked to be forgotten."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Business
from accounts.ids import IdField
from accounts.people.models import User


class Consent(models.Model):
    """A person agreed to a text, in a version of it. It stays when the person is erased: it says that one was asked."""

    id = IdField("con")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="consents", verbose_name=_("person")
    )
    version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language it was read in"), max_length=8)
    given_at = models.DateTimeField(_("given at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["person", "version"], name="one_consent_per_person_and_version")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.version}"


class Erasure(models.Model):
    """A person was erased, with the businesses that were theirs alone. Open while something still has to stay."""

    id = IdField("ers")
    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="erasure")
    businesses = models.ManyToManyField(Business, related_name="+")
    erased_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["erased_at"], condition=Q(finished_at=None), name="open_erasures")]

    def __str__(self) -> str:
        return self.id


class NumberToForget(models.Model):
    """A number of an erased business: it leaves the feed of changes when client apps have had time to follow it."""

    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="numbers")
    number = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["erasure", "number"], name="one_number_to_forget_per_erasure")
        ]

    def __str__(self) -> str:
        return self.erasure_id
