"""Messages on a console, for trying things out: they are shown and not sent."""

from __future__ import annotations

import sys
from typing import TextIO

from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Message, Receipt


class ConsoleNotifier:
    """Shows messages instead of sending them, without their addresses.

    Args:
        stream: the stream to write to; by default the standard output at the time.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: Message) -> Receipt:
        """Show a message: its id and its subject on one line each, then its body, indented."""
        if not self._shown(message):
            # Raised here, where no variable in the traceback contains the text.
            words = "the console is closed or cannot be written"
            raise NotDeliveredError(words, retry=False)
        return Receipt(accepted=True)

    def _shown(self, message: Message) -> bool:
        head = (f"Message {_line(message.id)}", f"Subject: {_line(message.subject)}")
        body = (f"    {_line(line)}".rstrip() for line in message.body.splitlines())
        text = "\n".join((*head, *body, ""))
        stream = self._stream or sys.stdout
        try:
            # In one call, so that messages of several threads do not mix.
            stream.write(_writable(text, stream))
            stream.flush()
        except (OSError, ValueError):
            return False
        return True


def _line(text: str) -> str:
    """Return a text without control characters, which could control a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _writable(text: str, stream: TextIO) -> str:
    """Return a text with a question mark for every character that the stream cannot write."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
