from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    name = "accounts.verification"
    verbose_name = _("Verification")

    def ready(self) -> None:
        from accounts.verification import listening

        listening.start()
