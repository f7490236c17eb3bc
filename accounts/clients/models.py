"""Client apps that call the API, and their keys."""

from datetime import datetime
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.clients.quotas import Quota
from accounts.ids import IdField


class Scope(models.TextChoices):
    CONTACTS_READ = "contacts:read", _("look up contacts, read the directory and the policy")
    ONBOARDING_WRITE = "onboarding:write", _("apply for businesses, and see what it created")
    NUMBERS_DECLARE = "numbers:declare", _("declare numbers personal")
    REPORTS_WRITE = "reports:write", _("report accounts, and see what became of it")
    SUGGESTIONS_WRITE = "suggestions:write", _("send suggestions, and see what became of them")
    SNAPSHOTS_READ = "snapshots:read", _("download copies of all listed cards")
    STATUS_PROBE = "status:probe", _("send test messages, and see whether they left")


class ClientApp(models.Model):
    id = IdField("cli")
    name = models.CharField(_("name"), max_length=80, unique=True)
    contact = models.EmailField(_("contact"), help_text=_("Whom we write to when a key leaked."))
    is_active = models.BooleanField(_("may call"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("client app")
        verbose_name_plural = _("client apps")

    def __str__(self) -> str:
        return self.name


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self) -> "ApiKeyQuerySet":
        return self.filter(revoked_at=None)


class ApiKey(models.Model):
    """A secret of which only the SHA-256 is kept; two live ones an app, so that keys can be rotated."""

    id = IdField("key")
    app = models.ForeignKey(
        ClientApp, on_delete=models.PROTECT, related_name="keys", verbose_name=_("client app")
    )
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    hint = models.CharField(_("ends in"), max_length=4, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    created_by = models.CharField(_("created by"), max_length=40, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    requests_per_minute = models.IntegerField(
        _("requests a minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("On each machine. Empty: as many as this registry grants every key."),
    )
    numbers_per_day = models.IntegerField(
        _("numbers a day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "From midnight to midnight UTC, on each machine. Empty: as this registry grants every key."
        ),
    )
    # Where the key is counted (accounts/clients/counting.py). Never given to another key.
    slot = models.IntegerField(
        unique=True, editable=False, db_default=Func(Value("clients_apikey_slot"), function="nextval")
    )

    as_of: datetime  # when the database told of it, where authentication asked

    objects: ClassVar[ApiKeyQuerySet] = ApiKeyQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes = [models.Index(fields=["app"], condition=Q(revoked_at=None), name="live_keys_of_an_app")]
        constraints = [
            models.CheckConstraint(
                condition=Q(requests_per_minute=None) | Q(requests_per_minute__gte=1),
                name="a_key_has_requests_a_minute",
            ),
            models.CheckConstraint(
                condition=Q(numbers_per_day=None) | Q(numbers_per_day__gte=1), name="a_key_has_numbers_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"

    @property
    def quota(self) -> Quota:
        """What it may ask for: its own limits, and where it has none those of the deployment."""
        return Quota.of(self.slot, self.requests_per_minute, self.numbers_per_day)
