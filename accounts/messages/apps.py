from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "accounts.messages"
    label = "outbox"  # "messages" is taken by django.contrib.messages
    verbose_name = _("Outbox")

    def ready(self) -> None:
        from accounts.audit import journal
        from accounts.messages.checks import sms_goes_somewhere, sms_sender_works
        from accounts.messages.listening import tell_of_the_address, tell_of_the_password, tell_of_the_reset

        journal.listen("person.sign_in_reset", tell_of_the_reset)
        journal.listen("person.password_set", tell_of_the_password)
        journal.listen("person.changed", tell_of_the_address)
        checks.register(sms_sender_works)
        checks.register(sms_goes_somewhere, deploy=True)
