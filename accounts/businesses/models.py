"""Businesses, who belongs to them, their accounts, and which number belongs to whom."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.businesses.numbers import E164_PATTERN
from accounts.clients.models import ClientApp
from accounts.ids import IdField
from accounts.people.models import User

_APPROVED = Q(confirmed_at__isnull=False, closed_at=None)


class BusinessKind(models.TextChoices):
    COMPANY = "company", _("company")
    SOLE_TRADER = "sole_trader", _("sole trader")


class BusinessQuerySet(models.QuerySet["Business"]):
    def created_by(self, client: ClientApp) -> "BusinessQuerySet":
        """What a partner app may see: what it created, and nothing else."""
        return self.filter(client=client)


class Business(models.Model):
    """The organisation. A sole trader's legal name is a person's name and is never shown on a card."""

    id = IdField("biz")
    kind = models.CharField(_("kind"), max_length=11, choices=BusinessKind)
    legal_name = models.CharField(_("legal name"), max_length=160)
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1, two letters."))
    client = models.ForeignKey(
        ClientApp,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    members = models.ManyToManyField(User, through="Membership", related_name="businesses")
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False, help_text="What If-Match compares.")

    objects: ClassVar[BusinessQuerySet] = BusinessQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BusinessKind.values), name="business_kind_is_known"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="business_country_is_iso"),
        ]
        indexes = [
            models.Index(
                fields=["registration_number"],
                condition=~Q(registration_number=""),
                name="business_registration",
            ),
            GinIndex(SearchVector("legal_name", config="simple"), name="businesses_by_word"),
        ]

    def __str__(self) -> str:
        return self.legal_name


class MemberRole(models.TextChoices):
    OWNER = "owner", _("owner")
    MANAGER = "manager", _("manager")
    VIEWER = "viewer", _("viewer")

    def covers(self, needed: "MemberRole") -> bool:
        """An owner may do what a manager may, and a manager what a viewer may."""
        ranks = [MemberRole.VIEWER, MemberRole.MANAGER, MemberRole.OWNER]
        return ranks.index(self) >= ranks.index(needed)


class Membership(models.Model):
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=7, choices=MemberRole, default=MemberRole.OWNER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "person"], name="one_membership_per_person_and_business"
            ),
            models.CheckConstraint(condition=Q(role__in=MemberRole.values), name="member_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class InvitationOutcome(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    REVOKED = "revoked", _("revoked")


class MemberInvitationQuerySet(models.QuerySet["MemberInvitation"]):
    def open(self) -> "MemberInvitationQuerySet":
        return self.filter(closed_at=None, expires_at__gt=Now())

    def for_person(self, person: User) -> "MemberInvitationQuerySet":
        """Open, and at a contact of theirs."""
        contacts = [contact for contact in (person.email, person.phone) if contact]
        return self.open().filter(contact__in=contacts)


class MemberInvitation(models.Model):
    """An offer to take part in a business, at a contact: nobody is a member before they said so.

    With `hands_over` whoever invited gives the ownership away by it. The contact is personal, and is blanked once the
    offer is over.
    """

    id = IdField("mbi")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="member_invitations")
    contact = models.CharField(
        max_length=254, blank=True, help_text="An e-mail address, or a phone in E.164."
    )
    role = models.CharField(max_length=7, choices=MemberRole)
    hands_over = models.BooleanField(default=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=InvitationOutcome, blank=True)

    objects: ClassVar[MemberInvitationQuerySet] = MemberInvitationQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=MemberRole.values), name="member_invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(hands_over=False) | Q(role=MemberRole.OWNER),
                name="what_is_handed_over_is_ownership",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False, outcome__in=InvitationOutcome.values),
                name="only_a_closed_member_invitation_has_an_outcome",
            ),
            models.UniqueConstraint(
                fields=["business", "contact"],
                condition=Q(closed_at=None),
                name="one_open_invitation_per_business_and_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["contact"], condition=Q(closed_at=None), name="open_member_invitations")
        ]

    def __str__(self) -> str:
        return self.id


class AccountQuerySet(models.QuerySet["Account"]):
    def created_by(self, client: ClientApp) -> "AccountQuerySet":
        return self.filter(business__client=client)


class Account(models.Model):
    """A business's messaging identity: one number, one display name, a profile.

    `number` and `live_name` are what the registry approved, null until it did. What an owner wishes for stands
    in an application. A live account whose number somebody else has now keeps its name and has no number: it is no
    number's card until it has moved to a new one.
    """

    id = IdField("acc")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("business")
    )
    number = models.CharField(
        _("number"), max_length=16, unique=True, null=True, blank=True, help_text=_("E.164")
    )
    live_name = models.CharField(_("live name"), max_length=75, null=True, blank=True)
    country = models.CharField(_("country"), max_length=2)
    category = models.CharField(_("category"), max_length=10, choices=Category)
    website = models.URLField(_("website"), max_length=200, blank=True)
    photo = models.URLField(_("photo"), max_length=200, blank=True)
    about = models.CharField(_("about"), max_length=ABOUT_LIMIT, blank=True)
    contact_purposes = ArrayField(
        models.CharField(max_length=20, choices=ContactPurpose),
        verbose_name=_("writes about"),
        default=list,
        blank=True,
    )
    confirmed_at = models.DateTimeField(
        _("approved since"),
        null=True,
        editable=False,
        help_text=_("Set by an approval, cleared by a revocation."),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    name_protected = models.BooleanField(
        _("name protected"), default=False, help_text=_("Look-alikes of this live name call for four eyes.")
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False, help_text="What If-Match compares.")

    objects: ClassVar[AccountQuerySet] = AccountQuerySet.as_manager()  # type: ignore[assignment]  # as_manager is typed loosely

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=E164_PATTERN), name="account_number_is_e164"),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="account_category_is_known"
            ),
            models.CheckConstraint(
                # Not the other way round: a number that was lost to somebody else leaves the name behind.
                condition=Q(number__isnull=True) | Q(live_name__isnull=False),
                name="a_live_number_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(contact_purposes__contained_by=ContactPurpose.values),
                name="contact_purposes_are_known",
            ),
        ]
        # What GET /v1/accounts pages through, in each of its orders and by each of its filters.
        indexes = [
            models.Index(fields=["live_name", "id"], condition=_APPROVED, name="directory_by_name"),
            models.Index(fields=["confirmed_at", "id"], condition=_APPROVED, name="directory_by_age"),
            models.Index(
                fields=["category", "live_name", "id"], condition=_APPROVED, name="directory_by_category"
            ),
            models.Index(
                fields=["country", "live_name", "id"], condition=_APPROVED, name="directory_by_country"
            ),
            GinIndex(
                SearchVector("live_name", config="simple"), condition=_APPROVED, name="directory_by_word"
            ),
        ]

    def __str__(self) -> str:
        return self.live_name or self.id


class NumberUse(models.Model):
    """Whose a number is. One row a number: a business account's or a personal one, never both (R7)."""

    number = models.CharField(_("number"), max_length=16, primary_key=True)
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="number_uses",
        verbose_name=_("account"),
    )
    declared_by = models.ForeignKey(
        ClientApp,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("personal, says"),
    )
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("number")
        verbose_name_plural = _("numbers")
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True, declared_by__isnull=False)
                | Q(account__isnull=False, declared_by__isnull=True),
                name="R7_business_or_personal_never_both",
            ),
            models.CheckConstraint(condition=Q(number__regex=E164_PATTERN), name="used_number_is_e164"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id or self.declared_by_id}"


class DisputeOutcome(models.TextChoices):
    KEPT = "kept", _("the account keeps the number")
    GIVEN_UP = "given_up", _("the number is personal")
    WITHDRAWN = "withdrawn", _("the declaration was taken back")


class NumberDispute(models.Model):
    """A client says that a number which an account holds is personal (R7): a case for a reviewer.

    By itself it changes nothing that is live; but nobody is given the number anew while it is open.
    """

    id = IdField("dsp")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="disputes", verbose_name=_("account")
    )
    number = models.CharField(_("number"), max_length=16)
    client = models.ForeignKey(
        ClientApp, on_delete=models.PROTECT, related_name="+", verbose_name=_("client app")
    )
    opened_at = models.DateTimeField(_("opened at"), db_default=Now(), editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)
    settled_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=DisputeOutcome, blank=True, db_default="", editable=False
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("declared personal")
        verbose_name_plural = _("declared personal")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "client"],
                condition=Q(settled_at=None),
                name="one_open_dispute_per_number_and_client",
            ),
            # Settled without an outcome: so does the release before this one, while it still runs.
            models.CheckConstraint(
                condition=Q(outcome="") | Q(settled_at__isnull=False, outcome__in=DisputeOutcome.values),
                name="only_a_settled_dispute_has_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(settled_at=None), name="open_disputes"),
            models.Index(
                fields=["-settled_at"], condition=Q(settled_at__isnull=False), name="settled_disputes"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Bar(models.Model):
    """Closes a business, its registration number and its owner to new applications until it is lifted."""

    id = IdField("bar")
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="bars", verbose_name=_("business")
    )
    registration_number = models.CharField(_("registration number"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2)
    owners = models.ManyToManyField(User, related_name="+", verbose_name=_("owners"))
    reason = models.CharField(_("reason"), max_length=40)
    barred_at = models.DateTimeField(_("barred at"), db_default=Now(), editable=False)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, editable=False)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = _("bar")
        verbose_name_plural = _("bars")
        constraints = [
            models.UniqueConstraint(
                fields=["business"], condition=Q(lifted_at=None), name="one_standing_bar_per_business"
            )
        ]

    def __str__(self) -> str:
        return self.id


class ProtectedName(models.Model):
    """A name that staff guard: its look-alikes need four eyes."""

    id = IdField("nam")
    name = models.CharField(_("name"), max_length=75)
    category = models.CharField(_("category"), max_length=10, choices=Category)
    country = models.CharField(_("country"), max_length=2)

    class Meta:
        verbose_name = _("protected name")
        verbose_name_plural = _("protected names")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "country"], name="one_protected_name_per_country")
        ]

    def __str__(self) -> str:
        return self.name


class NameKey(models.Model):
    """A one-deletion key of a live or protected name's skeletons: names one edit apart share at least one key."""

    key = models.BigIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    protected_name = models.ForeignKey(
        ProtectedName, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    # Of a protected name, or of an account whose live name is protected: those are found whatever the crowd.
    guarded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False, protected_name__isnull=True)
                | Q(account__isnull=True, protected_name__isnull=False, guarded=True),
                name="a_name_key_has_one_owner",
            )
        ]
        indexes = [
            models.Index(fields=["key"], include=["account"], condition=Q(guarded=False), name="name_keys"),
            models.Index(fields=["key"], condition=Q(guarded=True), name="guarded_name_keys"),
            models.Index(
                fields=["account"], condition=Q(account__isnull=False), name="name_keys_of_an_account"
            ),
            models.Index(
                fields=["protected_name"],
                condition=Q(protected_name__isnull=False),
                name="name_keys_of_a_protected_name",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)
