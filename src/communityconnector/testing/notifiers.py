"""The contract of the notification port, as tests.

Two lines test a notifier:

class TestMine(NotifierContract):
    def make_notifier(self):
        return MyNotifier(...)
"""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Message, Notifier, Receipt, Secret

TARGET: Final = "canary-target-7q3x@example.org"
"""The address of the messages. It must appear nowhere except at the provider."""

BODY: Final = "canary-body-5w8k"
"""A text in every message. It must appear in no log, error or repr."""

BODIES: Final = (
    "",
    "one line",
    "two\nlines\r\n\r\nand more\n",
    "Ähm, ¿dónde está la biblioteca? 図書館は\u202eどこ? 🏠👩\u200d👧",
    ".\n.hidden\nFrom here\n--boundary\nContent-Type: text/html\n<b>&amp;</b> %s {0} \\x00",
    "word " * 20_000,
    "x" * 100_000,
)
"""Bodies that every notifier must be able to send."""


class NotifierContract:
    """The tests for every notifier. Subclass it under a name that begins with `Test`, and define `make_notifier`.

    Without `make_failing`, reports of failures are not tested. Without `received`, what arrives is not tested. The reason
    of the skipped test states it.

    Attributes:
        target: the address of the messages, if the notifier cannot use `TARGET`. It must be an unmistakable text.
        telling: parts of the target that reveal it by themselves, such as the host or the path of a URL. Letter case
            makes no difference.
    """

    target: str = TARGET
    telling: tuple[str, ...] = ()

    def make_notifier(self) -> Notifier:
        """Return a notifier with a test provider that accepts its messages."""
        message = "a NotifierContract must define make_notifier"
        raise NotImplementedError(message)

    def make_failing(self) -> Notifier | None:
        """Return a notifier whose provider is unreachable or refuses, or `None` if that cannot happen."""
        return None

    def received(self, notifier: Notifier) -> Sequence[str] | None:
        """Return the messages that have arrived from a notifier, each as one text, or `None` if this is unknown."""
        del notifier
        return None

    def message(
        self, key: str = "m-1", *, subject: str = "A referral", body: str = f"Referral r-7 {BODY}"
    ) -> Message:
        """Return a message to the target."""
        return Message(id=key, to=Secret(self.target), subject=subject, body=body)

    def test_a_message_is_answered_by_a_receipt(self) -> None:
        """The sender of a message gets the provider's answer."""
        receipt = self.make_notifier().send(self.message())
        assert isinstance(receipt, Receipt)
        assert isinstance(receipt.accepted, bool)
        assert isinstance(receipt.reference, str)

    def test_pauses_are_seconds_and_a_day_at_most(self) -> None:
        """A notifier's waits before each further attempt are within the range that the desk supports."""
        pauses = getattr(self.make_notifier(), "pauses", ())
        assert isinstance(pauses, (tuple, list))
        assert all(type(pause) in (int, float) and 0 <= pause <= 24 * 3600 for pause in pauses)

    @pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body[:12]))
    def test_any_body_can_be_sent(self, body: str) -> None:
        """Bodies in any script and of any length are sent."""
        assert isinstance(self.make_notifier().send(self.message(body=body)), Receipt)

    @pytest.mark.parametrize(
        "subject", ["", "¿Aceptada? 図書館 🏠", "x" * 2_000, "two\r\nBcc: lines@example.org"]
    )
    def test_any_subject_can_be_sent_and_adds_no_line(self, subject: str) -> None:
        """A subject is one line, whatever is in it, so that it adds no header to a mail."""
        notifier = self.make_notifier()
        notifier.send(self.message(subject=subject))
        for text in self.received(notifier) or ():
            assert "\nBcc:" not in text, "a line break in the subject began a new line"

    def test_what_arrives_has_the_id_the_subject_and_the_body(self) -> None:
        """Nothing is lost on the way, and the id arrives too, so that a receiver recognizes a repeated message."""
        notifier = self.make_notifier()
        notifier.send(self.message("m-41"))
        notifier.send(self.message("m-42"))
        notifier.send(self.message("m-42"))
        arrived = self.received(notifier)
        if arrived is None:
            pytest.skip("received returns None: not tested what arrives")
        ids = [[key for key in ("m-41", "m-42") if key in text] for text in arrived]
        assert ids in ([["m-41"], ["m-42"]], [["m-41"], ["m-42"], ["m-42"]]), (
            "the ids do not arrive as they were sent"
        )
        for text in arrived:
            assert "A referral" in text, "the subject does not arrive"
            assert BODY in text, "the body does not arrive"

    def test_threads_may_share_it(self) -> None:
        """Messages that several threads send at once each arrive once, with their own body."""
        notifier = self.make_notifier()
        messages = [self.message(f"m-{number}", body=f"body-{number}") for number in range(51, 59)]
        with ThreadPoolExecutor(len(messages)) as threads:
            receipts = list(threads.map(notifier.send, messages))
        assert all(isinstance(receipt, Receipt) for receipt in receipts)
        arrived = self.received(notifier)
        if arrived is None:
            return
        for message in messages:
            copies = [text for text in arrived if message.id in text]
            assert len(copies) == 1, (
                "of several messages that were sent at once, one was lost or arrived twice"
            )
            assert message.body in copies[0], (
                "of several messages that were sent at once, one arrived with the body of another"
            )

    def test_the_target_shows_up_nowhere(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """The target appears in no log, warning, receipt or repr and on no screen. The body appears in no log."""
        caplog.set_level(logging.DEBUG)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            notifier = self.make_notifier()
            receipt = notifier.send(self.message())
        output = [
            caplog.text,
            repr(notifier),
            str(notifier),
            repr(receipt),
            *(str(warning.message) for warning in warned),
        ]
        _shows_nothing("".join(output), BODY, *self._targets())
        _shows_nothing("".join(capfd.readouterr()), *self._targets())

    def test_a_message_keeps_its_target_to_itself(self) -> None:
        """A message cannot be printed, pickled or copied together with its target by accident."""
        message = self.message()
        _shows_nothing(
            f"{message} {message!r} {message.to} {message.to!r} {message.to:>40}", BODY, *self._targets()
        )
        for duplicate in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                duplicate(message)

    def test_a_failure_is_not_delivered_and_names_nobody(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A failure states whether to try again, and repeats neither the target nor the body."""
        caplog.set_level(logging.DEBUG)
        notifier = self.make_failing()
        if notifier is None:
            pytest.skip("make_failing returns None: not tested how failures are reported")
        with pytest.raises(NotDeliveredError) as caught:
            notifier.send(self.message())
        error = caught.value
        assert isinstance(error.retry, bool)
        assert error.after is None or error.after >= 0
        output = [caplog.text, repr(error), *traceback.format_exception(error), *_behind(error)]
        _shows_nothing("".join(output), BODY, *self._targets())
        _shows_nothing("".join(capfd.readouterr()), *self._targets())

    def _targets(self) -> tuple[str, ...]:
        return (self.target, *self.telling)


def _behind(error: BaseException) -> list[str]:
    """Return what an error report can show: the chain of errors, and the variables of every frame in their tracebacks."""
    texts = []
    visited: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in visited:
            continue
        visited.add(id(current))
        texts += [repr(current), *getattr(current, "__notes__", ())]
        for frame, _ in traceback.walk_tb(current.__traceback__):
            # Variables of this file belong to the test.
            if frame.f_code.co_filename != __file__:
                texts.extend(map(repr, frame.f_locals.values()))
        waiting += [current.__cause__, current.__context__]
    return texts


def _shows_nothing(text: str, *secrets: str) -> None:
    # No `in` within the assertion: pytest would print the secret and the text.
    shown = [
        "the body" if secret == BODY else "the target"
        for secret in secrets
        if secret.casefold() in text.casefold()
    ]
    assert not shown, f"{' and '.join(sorted(set(shown)))} is shown"
