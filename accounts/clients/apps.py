from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClientsConfig(AppConfig):
    name = "accounts.clients"
    verbose_name = _("Client apps")

    def ready(self) -> None:
        from accounts.clients import schema  # noqa: F401  # drf-spectacular finds its extensions once imported
