"""The notification port: how messages leave the library, by mail, by web hook or through a plugin.

A notifier sends one message at a time and does nothing else. The code above it decides what to send, to whom, and when
to try again. `communityconnector.testing.notifiers.NotifierContract` tests an adapter.

**At least once.** A message may be sent again after a crash or a lost answer, always with the same id. A notifier passes
the id on if its provider takes one, so that the receiver can recognize a repeated message.
"""

from __future__ import annotations

from typing import Final, NoReturn, Protocol, runtime_checkable

import attrs

_HIDDEN: Final = "***"


class Uncopied:
    """A base for values that refuse to be pickled or copied, because copies in files and queues outlive their purpose."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = f"a {type(self).__name__} cannot be pickled or copied: read what you need from it where you need it"
        raise TypeError(message)


class Secret(Uncopied):
    """A text that is protected from accidental display: an address, a token, a password.

    Printing, formatting and logging it show `***`. It is neither pickled nor written as JSON.

    Args:
        text: the secret text.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself. Pass it straight to the call that needs it, and store it in no variable."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN!r})"

    def __str__(self) -> str:
        return _HIDDEN

    def __format__(self, format_spec: str) -> str:
        return _HIDDEN

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self._text))


@attrs.frozen(repr=False)
class Message:
    """A message to send.

    Attributes:
        id: unique to this message and the same at every attempt, so that a receiver recognizes a repeated message.
        to: the address, in the form that the notifier expects, such as an e-mail address or a URL.
        subject: the subject in one line.
        body: the body in plain text.
        language: its language, as a BCP 47 tag, such as `es`.
        referral_id: id of the referral that it is about, for programs that cannot read the body; empty in messages to
            patrons.
        template: a code for its content, such as `agency_request`; empty in messages to patrons.
        link: the link in the body; empty if there is none.
    """

    id: str
    to: Secret
    subject: str
    body: str
    language: str = "en"
    referral_id: str = ""
    template: str = ""
    link: str = ""

    def __repr__(self) -> str:
        # The content of a message may be private.
        return f"<Message {self.id!r}>"


@attrs.frozen
class Receipt:
    """A provider's answer to a message that did not fail.

    Attributes:
        accepted: whether the provider confirmed that it took the message; false if it gives no such answer.
        reference: the provider's own id for the message; empty if it gives none.
    """

    accepted: bool
    reference: str = ""


@runtime_checkable
class Notifier(Protocol):
    """Sends messages. It may be shared between threads.

    A notifier may have an attribute `pauses`, a tuple of seconds: the longest waits before the second attempt, the third,
    and so on, each at most a day. After the last attempt the message is given up. Without the attribute, messages are
    tried again after a minute, ten minutes, an hour, six hours and a day.
    """

    def send(self, message: Message) -> Receipt:
        """Send a message, and return only once the provider has answered.

        Its address must appear in no log, error or receipt, and its content in no log or error.

        Args:
            message: the message, perhaps not for the first time.

        Returns:
            The provider's answer.

        Raises:
            NotDeliveredError: it could not be delivered, for any reason. Never the provider's own error.
        """
        ...
