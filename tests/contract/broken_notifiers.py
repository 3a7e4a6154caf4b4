"""Notifiers with one fault each, and the test of the contract that catches it."""

from __future__ import annotations

import logging
import time
import warnings

from communityconnector.errors import NotDeliveredError
from communityconnector.notification import Receipt


class Notifying:
    """A notifier that does as it should; each fault below breaks one thing."""

    def __init__(self):
        self.arrived = []

    def send(self, message):
        self.arrived.append(f"{message.id}\n{' '.join(message.subject.split())}\n{message.body}")
        return Receipt(accepted=True)


class LogsTarget(Notifying):
    def send(self, message):
        logging.getLogger("sms").debug("to %s", message.to.reveal())
        return super().send(message)


class LogsTargetOnceItFails(Notifying):
    def send(self, message):
        logging.getLogger("sms").warning("%s refused", message.to.reveal())
        words = "no such address"
        raise NotDeliveredError(words, retry=False)


class WarnsOfTarget(Notifying):
    def send(self, message):
        warnings.warn(f"{message.to.reveal()} is written in an old way", DeprecationWarning, stacklevel=2)
        return super().send(message)


class PrintsTarget(Notifying):
    def send(self, message):
        print(message.to.reveal())  # noqa: T201  # the fault
        return super().send(message)


class KeepsTargetInItsRepr(Notifying):
    def send(self, message):
        self.last = message.to.reveal()
        return super().send(message)

    def __repr__(self):
        return f"<{getattr(self, 'last', '')}>"


class NamesTargetInTheReceipt(Notifying):
    def send(self, message):
        return Receipt(accepted=True, reference=message.to.reveal())


class LogsBody(Notifying):
    def send(self, message):
        logging.getLogger("sms").info(message.body)
        return super().send(message)


class GivesNewIds(Notifying):
    def send(self, message):
        self.arrived.append(f"{len(self.arrived)} {message.subject} {message.body}")
        return Receipt(accepted=True)


class DropsBody(Notifying):
    def send(self, message):
        self.arrived.append(f"{message.id} {message.subject}")
        return Receipt(accepted=True)


class BreaksOnUnicode(Notifying):
    def send(self, message):
        message.body.encode("ascii")
        return super().send(message)


class RefusesLongBodies(Notifying):
    def send(self, message):
        if len(message.body) > 50_000:
            words = "too long"
            raise NotDeliveredError(words, retry=False)
        return super().send(message)


class LetsLinesIntoTheSubject(Notifying):
    def send(self, message):
        self.arrived.append(f"{message.id}\n{message.subject}\n{message.body}")
        return Receipt(accepted=True)


class AnswersNothing(Notifying):
    def send(self, message):
        super().send(message)


class AnswersLater(Notifying):
    async def send(self, message):
        return super().send(message)


class WaitsForWords(Notifying):
    pauses = ("a minute", "an hour")


class WaitsForAWeek(Notifying):
    pauses = (60, 7 * 86_400)


class WaitsForNobodyKnows(Notifying):
    pauses = 60


class RaisesItsOwnError(Notifying):
    def send(self, _message):
        raise TimeoutError


class NamesTargetInTheError(Notifying):
    def send(self, message):
        words = f"{message.to.reveal()} does not exist"
        raise NotDeliveredError(words, retry=False)


class NamesBodyInTheError(Notifying):
    def send(self, message):
        words = f"refused: {message.body}"
        raise NotDeliveredError(words, retry=False)


class SaysNothingOfTryingAgain(Notifying):
    def send(self, _message):
        words = "no such address"
        raise NotDeliveredError(words, retry=None)


class WaitsForThePast(Notifying):
    def send(self, _message):
        words = "busy"
        raise NotDeliveredError(words, retry=True, after=-1.0)


class NamesTargetBehindTheError(Notifying):
    def send(self, message):
        try:
            raise OSError(message.to.reveal())  # noqa: TRY301  # the fault is what stays behind the error
        except OSError:
            words = "no such address"
            raise NotDeliveredError(words, retry=False) from None


class NamesTargetBesideTheError(Notifying):
    def send(self, message):
        target = message.to.reveal()
        words = "no such address"
        if target:
            raise NotDeliveredError(words, retry=False)


class NamesTargetInAnotherContext(Notifying):
    def send(self, message):
        try:
            raise OSError(message.to.reveal())  # noqa: TRY301  # the fault is what stays behind the error
        except OSError:
            words = "no such address"
            raise NotDeliveredError(words, retry=False) from ValueError("no mailbox")


class NamesTargetInANote(Notifying):
    def send(self, message):
        error = NotDeliveredError("no such address", retry=False)
        error.add_note(f"it was {message.to.reveal()}")
        raise error


class NamesHalfTheTarget(Notifying):
    def send(self, message):
        words = f"no mailbox {message.to.reveal().partition('@')[0]}"
        raise NotDeliveredError(words, retry=False)


class MixesUpThreads(Notifying):
    def send(self, message):
        self.current = message
        time.sleep(0.05)
        return super().send(self.current)


class CannotBeShared(Notifying):
    busy = False

    def send(self, message):
        assert not self.busy
        self.busy = True
        time.sleep(0.05)
        self.busy = False
        return super().send(message)


FAULTS = {
    "test_a_message_is_answered_by_a_receipt": [AnswersNothing],
    "test_pauses_are_seconds_and_a_day_at_most": [WaitsForWords, WaitsForAWeek, WaitsForNobodyKnows],
    "test_any_body_can_be_sent": [BreaksOnUnicode, RefusesLongBodies],
    "test_any_subject_can_be_sent_and_adds_no_line": [LetsLinesIntoTheSubject],
    "test_what_arrives_has_the_id_the_subject_and_the_body": [GivesNewIds, DropsBody],
    "test_threads_may_share_it": [MixesUpThreads, CannotBeShared],
    "test_the_target_shows_up_nowhere": [
        LogsTarget,
        PrintsTarget,
        KeepsTargetInItsRepr,
        NamesTargetInTheReceipt,
        LogsBody,
        WarnsOfTarget,
    ],
    "test_a_failure_is_not_delivered_and_names_nobody": [
        RaisesItsOwnError,
        NamesTargetInTheError,
        NamesTargetBehindTheError,
        NamesTargetBesideTheError,
        NamesHalfTheTarget,
        LogsTargetOnceItFails,
        NamesBodyInTheError,
        SaysNothingOfTryingAgain,
        WaitsForThePast,
        NamesTargetInAnotherContext,
        NamesTargetInANote,
    ],
}
"""Faulty notifiers by the test that catches them."""
