"""Python starts every child process of the tests with this: no connection leaves the machine, and the clock is theirs."""

import os
import sys
import time


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

if "COMMUNITYCONNECTOR_CLOCK_AHEAD" in os.environ:
    try:
        import time_machine
    except ImportError:  # another Python than that of the tests
        pass
    else:
        ahead = float(os.environ["COMMUNITYCONNECTOR_CLOCK_AHEAD"])
        time_machine.travel(time.time() + ahead).start()
