"""What owners and client apps suggest, and what became of it (R9)."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Now
from django.utils.translation import gettext_lazy as _

from accounts.clients.models import ClientApp
from accounts.ids import IdField
from accounts.people.models import User
from accounts.text import Text

if TYPE_CHECKING:
    from accounts.audit.journal import Actor

TEXT_LIMIT = 2_000  # characters
TITLE_LIMIT = 120
ANSWER_LIMIT = 1_000


class SuggestionStatus(models.TextChoices):
    NEW = "new", _("new")
    PLANNED = "planned", _("planned")
    DONE = "done", _("done")
    DECLINED = "declined", _("declined")


PUBLIC = (SuggestionStatus.PLANNED, SuggestionStatus.DONE)


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def sent_by(self, sender: "Actor") -> "SuggestionQuerySet":
        return self.filter(**{sender_field(sender): sender})

    def created_by(self, client: ClientApp) -> "SuggestionQuerySet":
        """As every list of a client app's own calls it."""
        return self.sent_by(client)

    def public(self) -> "SuggestionQuerySet":
        """What everybody may see, by the words of the staff: the latest first."""
        return self.filter(status__in=PUBLIC).order_by("-status_changed_at", "-pk")


def sender_field(sender: "Actor") -> str:
    return "person" if isinstance(sender, User) else "client"


class Suggestion(models.Model):
    """The text is for the staff and for who sent it. The public reads title and answer, which the staff write."""

    id = IdField("sug")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("person")
    )
    client = models.ForeignKey(
        ClientApp,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("client app"),
    )
    text = models.TextField(_("text"), max_length=TEXT_LIMIT)
    language = models.CharField(
        _("language"), max_length=8, blank=True, help_text=_("Of the text, as the sender says (ISO 639).")
    )
    day = models.DateField(_("day"), help_text=_("In the time zone of the registry's staff."))
    status = models.CharField(
        _("status"), max_length=8, choices=SuggestionStatus, default=SuggestionStatus.NEW
    )
    title_id = models.CharField(_("title in Indonesian"), max_length=TITLE_LIMIT, blank=True)
    title_en = models.CharField(_("title in English"), max_length=TITLE_LIMIT, blank=True)
    answer_id = models.TextField(_("answer in Indonesian"), max_length=ANSWER_LIMIT, blank=True)
    answer_en = models.TextField(_("answer in English"), max_length=ANSWER_LIMIT, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("sent at"), db_default=Now(), editable=False)
    status_changed_at = models.DateTimeField(_("status changed at"), null=True, editable=False)
    triaged_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("triaged by"),
    )

    objects: ClassVar[SuggestionQuerySet] = SuggestionQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, client=None) | Q(person=None, client__isnull=False),
                name="a_suggestion_has_one_sender",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SuggestionStatus.values), name="suggestion_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=SuggestionStatus.NEW, status_changed_at=None, triaged_by=None)
                | Q(
                    ~Q(status=SuggestionStatus.NEW), status_changed_at__isnull=False, triaged_by__isnull=False
                ),
                name="a_triaged_suggestion_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=PUBLIC) | ~Q(title_id="") & ~Q(title_en=""),
                name="a_public_suggestion_has_a_title",
            ),
            models.CheckConstraint(
                condition=~Q(status=SuggestionStatus.DECLINED) | ~Q(answer_id="") & ~Q(answer_en=""),
                name="a_declined_suggestion_says_why",
            ),
            # The text itself would not fit into a page of an index.
            models.UniqueConstraint(
                F("person"),
                F("day"),
                MD5("text"),
                condition=Q(person__isnull=False),
                name="one_suggestion_of_a_text_a_day_per_person",
            ),
            models.UniqueConstraint(
                F("client"),
                F("day"),
                MD5("text"),
                condition=Q(client__isnull=False),
                name="one_suggestion_of_a_text_a_day_per_client",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at"], name="suggestions_to_triage"),
            models.Index(fields=["-created_at"], name="newest_suggestions"),
            models.Index(
                fields=["-status_changed_at", "-id"],
                condition=Q(status__in=PUBLIC),
                name="public_suggestions",
            ),
            models.Index(fields=["client", "created_at"], name="suggestions_of_a_client"),
            models.Index(fields=["person", "created_at"], name="suggestions_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def title(self) -> Text | None:
        return Text(self.title_id, self.title_en) if self.title_id else None

    @property
    def answer(self) -> Text | None:
        return Text(self.answer_id, self.answer_en) if self.answer_id else None
