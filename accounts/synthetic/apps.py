from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyntheticConfig(AppConfig):
    name = "accounts.synthetic"
    verbose_name = _("made-up accounts")
