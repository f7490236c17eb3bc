from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import spoken, text


class PeopleConfig(AppConfig):
    name = "accounts.people"
    verbose_name = _("People")

    def ready(self) -> None:
        text.translate_by(spoken.in_catalogue)
