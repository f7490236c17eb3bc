"""Stand-ins for the SMS gateway, which is another company's. They write down what they are given."""

import os
import smtplib
import time
from pathlib import Path


class Gateway:
    accepted: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        self.accepted.append((number, text))

    def call(self, number: str, text: str, language: str) -> None:
        self.accepted.append((number, f"[{language}] {text}"))


class SlowGateway(Gateway):
    """Takes long enough for another worker to come by."""

    def send(self, number: str, text: str) -> None:
        time.sleep(0.3)
        super().send(number, text)


class BrokenGateway:
    def send(self, number: str, text: str) -> None:
        raise smtplib.SMTPResponseException(451, f"no way to say {text!r} to {number}".encode())


class HangingGateway:
    """Says in a file that it was called, and then nothing any more."""

    def send(self, number: str, text: str) -> None:
        Path(os.environ["GATEWAY_CALLED"]).touch()
        time.sleep(60)
