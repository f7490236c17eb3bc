"""Whoever signs in: owners by a contact, staff by a username. A person is never an account."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from accounts.ids import IdField
from accounts.people import languages
from accounts.people.roles import PERMISSIONS, Role


class UserManager(BaseUserManager["User"]):
    def create_staff(self, username: str, password: str, role: Role, name: str = "") -> "User":
        user = self.model(username=username, role=role, name=name or username.capitalize())
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An owner has an e-mail address or a phone and no password; staff have a username, a password and a role."""

    id = IdField("usr")
    username = models.CharField(_("username"), max_length=80, unique=True, null=True, blank=True)
    email = models.EmailField(_("e-mail address"), unique=True, null=True, blank=True)
    phone = models.CharField(
        _("phone"), max_length=16, unique=True, null=True, blank=True, help_text=_("E.164, with +")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"),
        max_length=languages.LONGEST_CODE,
        choices=languages.choices,
        default=languages.INDONESIAN,
    )
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.OWNER)
    is_active = models.BooleanField(_("may sign in"), default=True)
    password_is_temporary = models.BooleanField(
        _("password is temporary"), default=False, db_default=False, editable=False
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # Whether an address is one of the staff's, however it is spelt: asked before each code to an owner.
        indexes = [models.Index(Upper("email"), condition=~Q(role=Role.OWNER), name="staff_by_address")]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(username__isnull=False),
                name="a_person_can_be_reached",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username or self.id

    @property
    def is_staff(self) -> bool:
        return self.role != Role.OWNER

    @property
    def is_superuser(self) -> bool:
        """Nobody is: each role has the permissions its line in the table gives, and no more."""
        return False

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return self.is_active and permission in PERMISSIONS[Role(self.role)]

    def has_perms(self, permissions: list[str], obj: object = None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(p.startswith(f"{app_label}.") for p in PERMISSIONS[Role(self.role)])


class Guesses(models.Model):
    """Wrong passwords and codes, counted for all processes together: see `accounts.people.guesses`."""

    key = models.CharField(max_length=64, primary_key=True, help_text=_("A keyed hash: no name, no address."))
    count = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "guesses"

    def __str__(self) -> str:
        return self.key[:8]
