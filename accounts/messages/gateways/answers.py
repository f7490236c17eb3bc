"""What can come of handing a message over. Each says a kind only ("http_503"): no address, no text, no code."""


class Answer(Exception):
    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Refused(Answer):
    """It will never be taken, however often it is sent: a number that does not exist."""


class Unavailable(Answer):
    """It was not taken now: the gateway is down, busy, or does not know us at the moment."""


class Unsure(Answer):
    """It went out, and no answer came back: it may have been taken."""
