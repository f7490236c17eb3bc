"""What shows something about the business, what was asked, and what the staff noted about it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Account
from accounts.ids import IdField
from accounts.people.models import User
from accounts.verification.models.application import Application


class EvidenceKind(models.TextChoices):
    REGISTRATION = "registration", _("business registration")
    TAX = "tax", _("tax number")
    IDENTITY = "identity", _("identity document")
    PLACE = "place", _("photo of the place")
    OTHER = "other", _("something else")


class Evidence(models.Model):
    """A file that shows something about the business. Stored under its hash, outside of any web folder."""

    id = IdField("evd")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(
        _("what it shows"),
        max_length=12,
        choices=EvidenceKind,
        default=EvidenceKind.OTHER,
        db_default="other",
    )
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=40)
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, help_text=_("Of the file as it was uploaded."))
    stored_sha256 = models.CharField(
        _("SHA-256 as kept"),
        max_length=64,
        db_default="",
        help_text=_("An image is kept without its metadata."),
    )
    pages = models.PositiveSmallIntegerField(_("pages"), null=True, editable=False, help_text=_("Of a PDF."))
    uploaded_at = models.DateTimeField(_("uploaded at"), db_default=Now(), editable=False)
    uploaded_by = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "sha256"], name="one_copy_of_a_file_per_application"
            ),
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kept_as(self) -> str:
        """The hash that is its file's name. The release before this one, which may still run, wrote one hash only."""
        return self.stored_sha256 or self.sha256


class TradeReference(models.Model):
    """Somebody who does business with the applicant and will say so: a supplier, or the market's office."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="trade_reference"
    )
    name = models.CharField(_("name"), max_length=120)
    contact = models.CharField(_("phone or e-mail"), max_length=254)
    relation = models.CharField(_("how they know the business"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("trade reference")
        verbose_name_plural = _("trade references")

    def __str__(self) -> str:
        return self.application_id


class Photo(models.Model):
    """A picture of an account that was uploaded here: square, re-encoded, named by its content.

    `Application.photo` and `Account.photo` hold its public address; nobody but members and staff sees it before it
    is approved.
    """

    id = IdField("pho")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="photos", verbose_name=_("account")
    )
    sha256 = models.CharField(max_length=64, help_text="Of the file as it is kept.")
    uploaded_at = models.DateTimeField(db_default=Now(), editable=False)
    uploaded_by = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="one_copy_of_a_photo_per_account")
        ]

    def __str__(self) -> str:
        return self.id


class Question(models.Model):
    """What a reviewer asked the owner, and the answer."""

    id = IdField("qst")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    field = models.CharField(
        _("about"),
        max_length=20,
        blank=True,
        db_default="",
        help_text=_("The field that the owner is to look at."),
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True, db_default="")
    wording = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        editable=False,
        help_text="The reason's sentence as it was sent, by language.",
    )
    text = models.TextField(_("question"), max_length=2000, blank=True)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_at=None),
                name="one_open_question_per_application",
            ),
            models.CheckConstraint(condition=~Q(text="") | ~Q(reason=""), name="a_question_says_something"),
        ]

    def __str__(self) -> str:
        return self.id


class Reading(models.Model):
    """What a source says about one field of the business, as a reviewer read it there. The newest one counts."""

    id = IdField("rdg")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="readings")
    field = models.CharField(_("field"), max_length=20)
    evidence = models.ForeignKey(
        Evidence,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("evidence"),
    )
    source = models.CharField(
        _("source"), max_length=80, help_text=_("Where no file of the case says it."), blank=True
    )
    value = models.CharField(_("what it says"), max_length=200)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("read by"))
    read_at = models.DateTimeField(_("read at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.CheckConstraint(condition=Q(evidence=None) ^ Q(source=""), name="a_reading_has_one_source")
        ]

    def __str__(self) -> str:
        return self.id


class Note(models.Model):
    """What staff tell each other about a case. The owner never reads it."""

    id = IdField("nte")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"))
    written_at = models.DateTimeField(_("written at"), db_default=Now(), editable=False)
    text = models.TextField(_("note"), max_length=2000)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return self.id
