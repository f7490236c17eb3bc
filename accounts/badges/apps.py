from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BadgesConfig(AppConfig):
    name = "accounts.badges"
    verbose_name = _("Badges")

    def ready(self) -> None:
        from accounts.badges import listening

        listening.start()
