"""The contract of the notification port, as tests: whoever writes a notifier proves it in two lines.

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
from typing import Any, Final

import attrs
import pytest

from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Message, Notifier, Receipt, Secret

TARGET: Final = "canary-target-7q3x@example.org"
"""Whom the messages are for. It must show up nowhere but at the provider."""

BODY: Final = "canary-body-5w8k"
"""Stands in every message. It must show up in no log, error or repr."""

BODIES: Final = (
    "",
    "one line",
    "two\nlines\r\n\r\nand more\n",
    "Ähm, ¿dónde está la biblioteca? 図書館は\u202eどこ? 🏠👩\u200d👧",
    ".\n.hidden\nFrom here\n--boundary\nContent-Type: text/html\n<b>&amp;</b> %s {0} \\x00",
    "word " * 20_000,
    "x" * 100_000,
)
"""What a body may be."""


class NotifierContract:
    """What every notifier must do. Subclass it under a name that begins with `Test`, and say `make_notifier`.

    Without `make_failing` it is not tested how failures are told, and without `received` not what arrives; the reason
    of the skipped test says so.

    Attributes:
        target: whom messages are for, where `TARGET` is nothing that the notifier can write to. It must be a text that
            can be told from all others.
        telling: parts of the target that give it away by themselves, such as the host or the path of a URL, each in
            letters as small or capital as they may be.
    """

    target: str = TARGET
    telling: tuple[str, ...] = ()

    def make_notifier(self) -> Notifier:
        """A notifier whose messages are taken, by a provider that is there for the tests."""
        message = "a NotifierContract has to say how to make a notifier"
        raise NotImplementedError(message)

    def make_failing(self) -> Notifier | None:
        """A notifier whose provider is out of reach, or refuses; `None` where there is no such thing."""
        return None

    def received(self, notifier: Notifier) -> Sequence[str] | None:
        """What has arrived of a notifier's messages, each as one text; `None` where nobody can tell."""
        del notifier
        return None

    def message(self, key: str = "m-1", **parts: Any) -> Message:
        """A message to the target."""
        return attrs.evolve(
            Message(id=key, to=Secret(self.target), subject="A referral", body=f"Referral r-7 {BODY}"),
            **parts,
        )

    def test_a_message_is_answered_by_a_receipt(self) -> None:
        """Who sends a message learns what the provider said."""
        receipt = self.make_notifier().send(self.message())
        assert isinstance(receipt, Receipt)
        assert isinstance(receipt.accepted, bool)
        assert isinstance(receipt.reference, str)

    def test_pauses_are_seconds_and_a_day_at_most(self) -> None:
        """Where a notifier says how long to wait before each further try, the desk can keep to it."""
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
        """Nothing is lost on the way, and the id goes along, so that a receiver knows a message that comes twice."""
        notifier = self.make_notifier()
        notifier.send(self.message("m-41"))
        notifier.send(self.message("m-42"))
        notifier.send(self.message("m-42"))
        arrived = self.received(notifier)
        if arrived is None:
            pytest.skip("received says nothing: not tested what arrives")
        ids = [[key for key in ("m-41", "m-42") if key in text] for text in arrived]
        assert ids in ([["m-41"], ["m-42"]], [["m-41"], ["m-42"], ["m-42"]]), (
            "ids do not arrive as they were sent"
        )
        for text in arrived:
            assert "A referral" in text, "the subject does not arrive"
            assert BODY in text, "the body does not arrive"

    def test_threads_may_share_it(self) -> None:
        """Of messages that several threads send at once each arrives with its own words."""
        notifier = self.make_notifier()
        messages = [self.message(f"m-{number}", body=f"body-{number}") for number in range(51, 59)]
        with ThreadPoolExecutor(len(messages)) as threads:
            receipts = list(threads.map(notifier.send, messages))
        assert all(isinstance(receipt, Receipt) for receipt in receipts)
        arrived = self.received(notifier)
        if arrived is None:
            return
        for message in messages:
            found = [text for text in arrived if message.id in text]
            assert len(found) == 1, "of several messages that are sent at once one is lost, or comes twice"
            assert message.body in found[0], (
                "of several messages that are sent at once one has another one's words"
            )

    def test_the_target_shows_up_nowhere(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Whom a message is for is in no log, on no screen, in no warning, receipt or repr; its words in no log."""
        caplog.set_level(logging.DEBUG)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            notifier = self.make_notifier()
            receipt = notifier.send(self.message())
        said = [
            caplog.text,
            repr(notifier),
            str(notifier),
            repr(receipt),
            *(str(each.message) for each in warned),
        ]
        _shows_nothing("".join(said), BODY, *self._targets())
        _shows_nothing("".join(capfd.readouterr()), *self._targets())

    def test_a_message_keeps_its_target_to_itself(self) -> None:
        """A message cannot be printed, pickled or copied with its target by accident."""
        message = self.message()
        _shows_nothing(
            f"{message} {message!r} {message.to} {message.to!r} {message.to:>40}", BODY, *self._targets()
        )
        for leave in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                leave(message)

    def test_a_failure_is_not_delivered_and_names_nobody(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A failure says whether to try again, and repeats neither the target nor the words."""
        caplog.set_level(logging.DEBUG)
        notifier = self.make_failing()
        if notifier is None:
            pytest.skip("make_failing gives nothing: not tested how failures are told")
        with pytest.raises(NotDeliveredError) as caught:
            notifier.send(self.message())
        error = caught.value
        assert isinstance(error.retry, bool)
        assert error.after is None or error.after >= 0
        told = [caplog.text, repr(error), *traceback.format_exception(error), *_behind(error)]
        _shows_nothing("".join(told), BODY, *self._targets())
        _shows_nothing("".join(capfd.readouterr()), *self._targets())

    def _targets(self) -> tuple[str, ...]:
        return (self.target, *self.telling)


def _behind(error: BaseException) -> list[str]:
    """What a host's error report shows of an error: those behind it, and the variables of where each came from."""
    found = []
    seen: set[int] = set()
    following: list[BaseException | None] = [error]
    while following:
        each = following.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        found += [repr(each), *getattr(each, "__notes__", ())]
        for frame, _ in traceback.walk_tb(each.__traceback__):
            # This file's own variables are the test's.
            if frame.f_code.co_filename != __file__:
                found.extend(map(repr, frame.f_locals.values()))
        following += [each.__cause__, each.__context__]
    return found


def _shows_nothing(text: str, *secrets: str) -> None:
    # Never `in` within the assertion: it would print the secret and the text.
    shown = [
        "the body" if secret == BODY else "the target"
        for secret in secrets
        if secret.casefold() in text.casefold()
    ]
    assert not shown, f"{' and '.join(sorted(set(shown)))} shows up"
