"""A connection to a checked address, with one deadline for everything that happens on it."""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any


class Deadline:
    """The time by which a delivery must be finished.

    Args:
        seconds: the time from now on.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutError: no time is left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class PinnedConnection(HTTPConnection):
    """Connects only to given addresses, even if the host's name now leads elsewhere. TLS still verifies the name.

    Args:
        host: the host's name in the URL.
        port: the port of the URL.
        addresses: the addresses to try, in order, until one answers.
        tls: how to verify the server's name; `None` for plain HTTP.
        deadline: when everything must be finished, including the headers of the response.
    """

    def __init__(
        self,
        host: str,
        port: int,
        addresses: Sequence[str],
        tls: ssl.SSLContext | None,
        deadline: Deadline,
    ) -> None:
        super().__init__(host, port)
        self.default_port = 443 if tls else 80
        self._addresses = addresses
        self._tls = tls
        self._deadline = deadline
        self._connected: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers."""
        connected = self._reached()
        self._connected = connected
        if self._tls:
            connected.settimeout(self._deadline.left())
            self._connected = self._tls.wrap_socket(connected, server_hostname=self.host)
        self.sock = _Timed(self._connected, self._deadline)

    def close(self) -> None:
        """Close the connection, even while a response is being read."""
        super().close()
        if self._connected:
            self._connected.close()

    def _reached(self) -> socket.socket:
        for address in self._addresses[:-1]:
            try:
                return self._dialled(address)
            except OSError:
                continue
        return self._dialled(self._addresses[-1])

    def _dialled(self, address: str) -> socket.socket:
        return socket.create_connection((address, self.port), self._deadline.left())


class _Timed(io.RawIOBase):
    """The parts of a socket that `http.client` needs. No step takes longer than the deadline allows.

    So a server that sends only a byte now and then cannot block a worker.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            self._socket.settimeout(self._deadline.left())
            left = left[self._socket.send(left) :]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Do nothing: `http.client` closes once the headers are read, but the connection closes the socket itself."""
