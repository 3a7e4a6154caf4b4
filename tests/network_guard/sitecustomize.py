"""Python starts every child process of the tests with this: no connection leaves the machine."""

import sys


def _guard(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else ""
        if host not in ("127.0.0.1", "::1", "localhost", ""):
            message = f"a test tried to reach {host}"
            raise RuntimeError(message)
    elif event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", "::1", "localhost", None):
        message = f"a test tried to look up {args[0]}"
        raise RuntimeError(message)


sys.addaudithook(_guard)
