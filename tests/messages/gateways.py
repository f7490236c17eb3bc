"""Stand-ins for the SMS gateway, which is another company's. They write down what they are given."""

import os
import smtplib
import time
from pathlib import Path

APPROVED = {"name": "Roti Ada", "link": "/my/"}  # what the template asks for


class Gateway:
    accepted: list[tuple[str, str]] = []

    def send(self, number: str, text: str, *, key: str) -> str:
        self.accepted.append((number, text))
        return f"ref-{key}"

    def call(self, number: str, text: str, language: str, *, key: str) -> str:
        self.accepted.append((number, f"[{language}] {text}"))
        return f"ref-{key}"


class SlowGateway(Gateway):
    """Takes long enough for another worker to come by."""

    def send(self, number: str, text: str, *, key: str) -> str:
        time.sleep(0.3)
        return super().send(number, text, key=key)


class BrokenGateway:
    def send(self, number: str, text: str, *, key: str) -> str:
        raise smtplib.SMTPResponseException(451, f"no way to say {text!r} to {number}".encode())


class HangingGateway:
    """Says in a file that it was called, and then nothing any more."""

    def send(self, number: str, text: str, *, key: str) -> str:
        Path(os.environ["GATEWAY_CALLED"]).touch()
        time.sleep(60)
        return ""
