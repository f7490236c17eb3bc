from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SnapshotsConfig(AppConfig):
    name = "accounts.snapshots"
    verbose_name = _("Copies for client platforms")
