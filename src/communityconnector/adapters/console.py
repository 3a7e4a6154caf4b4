"""Messages on a console, for trying things out: they are shown and go nowhere."""

from __future__ import annotations

import sys
from typing import TextIO

from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Message, Receipt


class ConsoleNotifier:
    """Shows messages instead of sending them. Whom they are for is not shown.

    Args:
        stream: where to; by default what is standard output at the time.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: Message) -> Receipt:
        """Show a message: its id and subject in a line each, then its body, indented."""
        if not self._shown(message):
            # Here, where no variable holds the words.
            words = "the console takes no messages any more"
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
    """A text without control characters, which may steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _writable(text: str, stream: TextIO) -> str:
    """A text with a question mark for every letter that the stream cannot write."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
