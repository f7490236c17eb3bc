from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebsitesConfig(AppConfig):
    name = "accounts.websites"
    verbose_name = _("Websites")

    def ready(self) -> None:
        from accounts.websites import listening

        listening.start()
