"""No test and no process that a test starts reaches the network."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from pytest_socket import SocketConnectBlockedError

NOWHERE = "192.0.2.1"  # reserved for documentation (RFC 5737)


def test_a_test_cannot_reach_the_network():
    with pytest.warns(UserWarning, match="tried to use socket"), pytest.raises(SocketConnectBlockedError):
        socket.create_connection((NOWHERE, 80), 1)


@pytest.mark.parametrize(
    "call", [f"socket.create_connection(('{NOWHERE}', 80), 1)", "socket.getaddrinfo('example.org', 80)"]
)
def test_a_child_process_cannot_reach_the_network(call):
    done = subprocess.run(
        [sys.executable, "-c", f"import socket; {call}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 1
    assert "a test tried to" in done.stderr
