"""Any gateway that takes one JSON document by POST and says yes with a 2xx."""

import json
import re
from typing import Any

from django.conf import settings

from accounts.messages.gateways.http import fact, post, require_taken, wrong_address

BODY = '{"to": "{number}", "text": "{text}", "kind": "{kind}", "language": "{language}", "id": "{key}"}'
HEADER = re.compile(r"[A-Za-z0-9-]+")
PLACEHOLDER = re.compile(r"\{(number|text|kind|language|key)\}")


class HttpGatewaySender:
    """Where, with which header and with which body is said by SMS_GATEWAY_…; calls go to an address of their own, or
    to the same, which then tells them by their `kind`.
    """

    @staticmethod
    def lacking() -> list[str]:
        """What stands in the way of sending, for the system check."""
        given = settings.SMS_GATEWAY
        wrong = [] if given["URL"] else ["SMS_GATEWAY_URL is not set"]
        wrong += wrong_address("SMS_GATEWAY_URL", given["URL"])
        wrong += wrong_address("SMS_GATEWAY_CALL_URL", given["CALL_URL"])
        if not HEADER.fullmatch(given["HEADER"]):
            wrong.append("SMS_GATEWAY_HEADER is no name of a header")
        try:
            pattern = json.dumps(json.loads(given["BODY"] or BODY))
        except ValueError:
            return [*wrong, "SMS_GATEWAY_BODY is no JSON"]
        unsaid = {"number", "text"} - {match[1] for match in PLACEHOLDER.finditer(pattern)}
        return wrong + [f"SMS_GATEWAY_BODY has no {{{name}}}" for name in sorted(unsaid)]

    def send(self, number: str, text: str, *, key: str) -> str:
        return self._post(
            settings.SMS_GATEWAY["URL"], kind="sms", number=number, text=text, language="", key=key
        )

    def call(self, number: str, text: str, language: str, *, key: str) -> str:
        url = settings.SMS_GATEWAY["CALL_URL"] or settings.SMS_GATEWAY["URL"]
        return self._post(url, kind="voice", number=number, text=text, language=language, key=key)

    def _post(self, url: str, **values: str) -> str:
        headers = {"Content-Type": "application/json", "Idempotency-Key": values["key"]}
        if token := settings.SMS_GATEWAY["TOKEN"]:
            name = settings.SMS_GATEWAY["HEADER"]
            headers[name] = f"Bearer {token}" if name == "Authorization" else token
        body = filled(json.loads(settings.SMS_GATEWAY["BODY"] or BODY), values)
        reply = post(url, json.dumps(body).encode(), headers)
        require_taken(reply)
        return fact(reply, "id", "message_id", "sid", "reference")


def filled(pattern: Any, values: dict[str, str]) -> Any:
    """The pattern with each placeholder in its texts replaced, once: a text that holds "{number}" stays what it is."""
    if isinstance(pattern, dict):
        return {name: filled(value, values) for name, value in pattern.items()}
    if isinstance(pattern, list):
        return [filled(value, values) for value in pattern]
    if isinstance(pattern, str):
        return PLACEHOLDER.sub(lambda match: values[match[1]], pattern)
    return pattern
