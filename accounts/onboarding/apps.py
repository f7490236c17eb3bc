from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnboardingConfig(AppConfig):
    name = "accounts.onboarding"
    verbose_name = _("Onboarding")

    def ready(self) -> None:
        from accounts.onboarding.converters import register

        register()
