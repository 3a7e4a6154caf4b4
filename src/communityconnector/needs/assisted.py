"""An interpreter that a provider's model assists: what it proposes is added, and nothing that it does takes anything away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore, Event, Thread
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidSettingsError
from communityconnector.needs.interpretation import (
    GUESSED,
    Certainty,
    Interpretation,
    Interpreter,
    Understood,
)
from communityconnector.needs.limits import LONGEST_TEXT
from communityconnector.needs.provider_answers import Proposal, read_answer
from communityconnector.needs.vocabulary import Concept, Vocabulary
from communityconnector.needs.vocabulary import vocabulary as built_in

Provider = Callable[[str], Any]
"""Takes a patron's words and returns ids of concepts, with weights and words if it has them (`read_answer`)."""

AGREED: Final = 0.5
"""A guess that the provider proposes with this weight is understood."""
MOST_RELATED: Final = 8
"""The most concepts beside those that were understood."""
MOST_WAITING: Final = 4
"""Calls that may be unanswered. Beyond that the provider is not asked, until one of them returns."""

_log: Final = logging.getLogger(__name__)


class AssistedInterpreter:
    """Understands what patrons say by an interpreter of your own computer, assisted by a provider's model.

    The interpreter comes first. Where it sees danger, or words that are no need, the provider is not asked, and the words do
    not leave. Otherwise the provider's concepts are added: a guess that both share is understood, and any other concept of
    the provider's is a guess, or is shown beside what was understood. Crisis lines, dangers and cues are the interpreter's
    alone. An unknown id, an invalid weight, an error or silence adds nothing.

    May be shared between threads, if the provider may.

    Args:
        interpreter: the interpreter that comes first, such as `communityconnector.needs.interpreter()`.
        provider: asks the provider's model: takes the words, and returns ids of concepts with weights.
        sends_words: `True` states that your patrons may expect their words to go to this provider.
        vocabulary: the concepts that a provider may propose; by default the built-in ones.
        seconds: how long to wait for an answer. The provider's own time limit should be a little shorter.

    Raises:
        InvalidSettingsError: `sends_words` is not `True`, or `seconds` is not between 0 and 60.
    """

    def __init__(
        self,
        interpreter: Interpreter,
        provider: Provider,
        *,
        sends_words: bool = False,
        vocabulary: Vocabulary | None = None,
        seconds: float = 5.0,
    ) -> None:
        if sends_words is not True:
            message = (
                "a provider gets what patrons say, word by word, and may keep it: pass sends_words=True if your patrons "
                "may expect that, or use communityconnector.needs.interpreter(), which sends nothing"
            )
            raise InvalidSettingsError(message)
        if not 0 < seconds <= 60:
            message = "`seconds` must be above 0 and at most 60"
            raise InvalidSettingsError(message)
        self._interpreter = interpreter
        self._provider = provider
        self._concepts: Mapping[str, Concept] = (vocabulary or built_in()).concepts
        self._seconds = seconds
        self._free = BoundedSemaphore(MOST_WAITING)

    def interpret(self, text: str) -> Interpretation:
        """Return what the words mean.

        Args:
            text: the words.
        """
        alone = self._interpreter.interpret(text)
        if alone.urgent or alone.dangers or alone.certainty is Certainty.NOT_A_NEED or not text.strip():
            return alone
        proposals = self._ask(text)
        return self._joined(alone, proposals) if proposals else alone

    def _ask(self, text: str) -> tuple[Proposal, ...]:
        """Return what the provider proposes: nothing if it fails, or does not answer in time."""
        if not self._free.acquire(blocking=False):
            _log.warning("the provider has not answered %d calls; it is not asked", MOST_WAITING)
            return ()
        start = text[:LONGEST_TEXT]
        answers: list[tuple[Proposal, ...]] = []
        is_done = Event()

        def ask() -> None:
            # An answer may be code too: it is read here, where it has the same time limit.
            try:
                answers.append(read_answer(self._provider(start), start, self._concepts))
            except BaseException:  # noqa: BLE001  # whatever it is, it ends here: its message may repeat the words
                _log.warning("the provider failed; the words were read without it")
            finally:
                self._free.release()
                is_done.set()

        try:
            Thread(target=ask, name="communityconnector-provider", daemon=True).start()
        except RuntimeError:
            # The process has as many threads as it may have.
            self._free.release()
            return ()
        if not is_done.wait(self._seconds):
            _log.warning("the provider did not answer in time; the words were read without it")
            return ()
        return answers[0] if answers else ()

    def _joined(self, alone: Interpretation, proposals: tuple[Proposal, ...]) -> Interpretation:
        if alone.certainty is Certainty.SURE:
            return attrs.evolve(alone, related=self._beside(alone.concepts, proposals, alone.related))
        by_both = {one.concept: one for one in alone.concepts}
        agreed = [p for p in proposals if p.concept in by_both and p.weight >= AGREED]
        if agreed:
            understood = tuple(self._understood(p, p.weight / agreed[0].weight, by_both) for p in agreed)
            rest = [p for p in proposals if p not in agreed]
            others = (*alone.concepts, *alone.related)
            return attrs.evolve(
                alone,
                certainty=Certainty.SURE,
                concepts=understood,
                related=self._beside(understood, rest, others),
                confidence=max(alone.confidence, AGREED),
            )
        # What only the provider says is a question, beside the interpreter's own.
        new = [self._understood(p, GUESSED * p.weight, {}) for p in proposals if p.concept not in by_both]
        guesses = tuple(sorted((*alone.concepts, *new), key=lambda one: -one.weight))
        return attrs.evolve(
            alone,
            certainty=Certainty.DID_YOU_MEAN,
            concepts=guesses,
            related=self._beside(guesses, (), alone.related),
        )

    def _beside(
        self,
        shown: tuple[Understood, ...],
        proposals: list[Proposal] | tuple[Proposal, ...],
        others: tuple[Understood, ...],
    ) -> tuple[Understood, ...]:
        """Return what is worth showing beside concepts: the interpreter's and the provider's, the surest first."""
        related = {p.concept: self._understood(p, GUESSED * p.weight, {}) for p in proposals}
        for one in others:
            if one.concept not in related or related[one.concept].weight < one.weight:
                related[one.concept] = one
        ids = {one.concept for one in shown}
        surest = sorted(
            (one for one in related.values() if one.concept not in ids), key=lambda one: -one.weight
        )
        return tuple(surest[:MOST_RELATED])

    def _understood(self, proposal: Proposal, weight: float, by_both: Mapping[str, Understood]) -> Understood:
        own = by_both.get(proposal.concept)
        words = own.words if own is not None and own.words else proposal.words
        name = self._concepts[proposal.concept].name
        return Understood(proposal.concept, name, round(weight, 6), words)
