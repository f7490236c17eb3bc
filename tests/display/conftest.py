"""Kai's app, which asks about numbers."""

from typing import Any

import pytest
from django.test import Client


class App:
    """A client app with a key: what it sends, it sends as JSON."""

    def __init__(self, key: str) -> None:
        self.http = Client(raise_request_exception=False, headers={"authorization": f"Bearer {key}"})

    def get(self, path: str, **more: Any) -> Any:
        return self.http.get(path, **more)

    def card(self, number: str | None) -> Any:
        answer = self.get(f"/v1/contacts/{number}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: Any, content_type: str = "application/json", **more: Any) -> Any:
        return self.http.post(path, body, content_type=content_type, **more)


@pytest.fixture
def app(kais_key: str) -> App:
    return App(kais_key)
