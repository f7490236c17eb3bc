"""Twilio's Programmable Messaging and Voice: https://www.twilio.com/docs/usage/api."""

from urllib.parse import urlencode
from xml.sax.saxutils import escape

from django.conf import settings
from urllib3.util import make_headers

from accounts.messages.gateways.http import fact, post, require_taken, wrong_address

# The language that <Say> is told, and a voice that speaks it.
VOICES = {"id": ("id-ID", "Google.id-ID-Standard-A"), "en": ("en-US", "Google.en-US-Standard-C")}


class TwilioSender:
    """The key is sent along but Twilio does not promise to recognise a repeat: who got no answer may be sent two."""

    @staticmethod
    def lacking() -> list[str]:
        """What stands in the way of sending, for the system check."""
        unset = [f"TWILIO_{name} is not set" for name, value in settings.TWILIO.items() if not value]
        return unset + wrong_address("TWILIO_URL", settings.TWILIO["URL"])

    def send(self, number: str, text: str, *, key: str) -> str:
        return self._post("Messages.json", {"To": number, "Body": text}, key)

    def call(self, number: str, text: str, language: str, *, key: str) -> str:
        spoken, voice = VOICES.get(language, VOICES["en"])
        said = f'<Say language="{spoken}" voice="{voice}">{escape(text)}</Say>'
        return self._post("Calls.json", {"To": number, "Twiml": f"<Response>{said}</Response>"}, key)

    def _post(self, resource: str, facts: dict[str, str], key: str) -> str:
        account, token = settings.TWILIO["ACCOUNT_SID"], settings.TWILIO["AUTH_TOKEN"]
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": key,
            **make_headers(basic_auth=f"{account}:{token}"),
        }
        body = urlencode({**facts, "From": settings.TWILIO["FROM"]}).encode()
        url = f"{settings.TWILIO['URL'].rstrip('/')}/2010-04-01/Accounts/{account}/{resource}"
        reply = post(url, body, headers)
        error = fact(reply, "code")
        require_taken(reply, kind=f"twilio_{error}" if error else "")
        return fact(reply, "sid")
