"""What reports do when something happens below them."""


def start() -> None:
    pass
