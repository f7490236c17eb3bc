"""A connection for `http.client` that one moment bounds, however slowly the other side sends; and one number of bytes.

urllib3 bounds each read, but not all of them together: a byte a second keeps a reader for ever.
"""

import io
import socket
import time
from dataclasses import dataclass
from typing import Any


class TooLarge(Exception):
    """More came than is taken."""


@dataclass(frozen=True)
class Deadline:
    moment: float  # of the monotonic clock

    def left(self) -> float:
        """Seconds. Raises TimeoutError: none."""
        seconds = self.moment - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Wire:
    """`http.client` takes it for a socket. `allowed`: bytes that are received, headers included."""

    def __init__(self, connected: socket.socket, deadline: Deadline, *, allowed: int) -> None:
        self._connected, self._deadline, self._allowed = connected, deadline, allowed

    def sendall(self, data: bytes) -> None:
        self._connected.settimeout(self._deadline.left())
        self._connected.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._connected, self._deadline, self._allowed))

    def close(self) -> None:
        """Whoever connected closes."""


class _Received(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: Deadline, allowed: int) -> None:
        self._connected, self._deadline, self._allowed = connected, deadline, allowed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Raises TooLarge, and whatever `Deadline.left` raises."""
        if self._allowed <= 0:
            raise TooLarge
        self._connected.settimeout(self._deadline.left())
        count = self._connected.recv_into(buffer)
        self._allowed -= count
        return count
