"""The notification port: how a message leaves the library, by mail, by a web hook, by whatever a plugin knows.

A notifier sends one message at a time and knows nothing else. What is to be sent, to whom, and when to try again is
decided above it. `communityconnector.testing.notifiers.NotifierContract` proves an adapter.

**At least once.** A message may be sent again after a crash or a lost answer, always under the same id. A notifier
hands the id on wherever its provider takes one, so that the receiver can tell that it is the same message.
"""

from __future__ import annotations

from typing import Final, NoReturn, Protocol, runtime_checkable

import attrs

_HIDDEN: Final = "***"


class Uncopied:
    """What is neither pickled nor copied, for copies in files and queues outlive the reason for them."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = f"what a {type(self).__name__} holds is not pickled or copied: take what is needed where it is needed"
        raise TypeError(message)


class Secret(Uncopied):
    """A text that is shown to nobody by accident: an address to write to, a token, a password.

    Printing, formatting and logging it show `***`. It is neither pickled nor written as JSON.

    Args:
        text: what is secret.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the one call that needs it, and for no variable that lives on."""
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
    """A message to be sent.

    Attributes:
        id: the same whenever this message is sent, and no other message's, so that a receiver knows one that comes
            twice.
        to: whom it is for, in the notifier's own terms: an address, a URL.
        subject: one line that says what it is about.
        body: what it says, in plain text.
        language: the language that it is in, as BCP 47 writes it, such as `es`.
        referral_id: which referral it is about, for programs that cannot read the body; empty in messages to patrons.
        template: a code for what it says, such as `agency_request`; empty in messages to patrons.
        link: the link in the body; empty where there is none.
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
        # What a message says may be private.
        return f"<Message {self.id!r}>"


@attrs.frozen
class Receipt:
    """What a provider answered to a message that did not fail.

    Attributes:
        accepted: whether it said that it has taken the message on. Not so where it gives no such answer.
        reference: what it calls the message; empty where it gives no name.
    """

    accepted: bool
    reference: str = ""


@runtime_checkable
class Notifier(Protocol):
    """Sends messages. It may be shared between threads.

    A notifier may have an attribute `pauses`, a tuple of seconds: so long is waited at most before the second try of a
    message, the third, and so on, a day each at most. After the last one the message is given up. Without it messages are
    tried again after a minute, ten, an hour, six, and a day.
    """

    def send(self, message: Message) -> Receipt:
        """Send a message, and only return once the provider has answered.

        Whom it is for is in no log, no error and no receipt, and what it says is in no log and no error.

        Args:
            message: what to send, perhaps for the second time.

        Returns:
            What the provider answered.

        Raises:
            NotDeliveredError: it could not be delivered, whatever the reason; never the provider's own error.
        """
        ...
