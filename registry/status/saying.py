"""One line in the log when something goes wrong, or differently wrong; none while it stays so, every thirty seconds."""

import logging


class Once:
    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._said: dict[str, str] = {}

    def warn(self, about: str, sentence: str) -> None:
        self._say(logging.WARNING, about, sentence)

    def complain(self, about: str, sentence: str) -> None:
        self._say(logging.ERROR, about, sentence)

    def is_well(self, about: str) -> None:
        if self._said.pop(about, ""):
            self._logger.info("%s: well again", about)

    def _say(self, level: int, about: str, sentence: str) -> None:
        if self._said.get(about) != sentence:
            self._logger.log(level, "%s: %s", about, sentence)
        self._said[about] = sentence
