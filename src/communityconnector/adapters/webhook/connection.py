"""A connection to an address that has been checked, with one deadline for all that happens on it."""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any


class Deadline:
    """A moment by which something has to be done.

    Args:
        seconds: how long there is from now.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class PinnedConnection(HTTPConnection):
    """Connects to given addresses, whatever the host's name leads to by now. The name is what TLS must prove.

    Args:
        host: the name, as it stands in the URL.
        port: of the URL.
        addresses: where to connect to; the next one where one does not answer.
        tls: how the server proves its name; `None` for plain HTTP.
        deadline: when all must be over, the answer's headers included.
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
        """Let go of the connection, whoever still reads from it."""
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
    """What `http.client` needs of a socket, each step of which takes no longer than the deadline leaves.

    So a server that sends a byte now and then keeps nobody.
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
        """Nothing: `http.client` closes as soon as the headers are read, and the connection belongs to its maker."""
