"""The contract of interpreters of patrons' words, as tests.

Two lines test an interpreter:

    class TestMine(InterpreterContract):
        def make_interpreter(self):
            return MyInterpreter()
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from typing import ClassVar, Final

import pytest

from communityconnector.needs import Certainty, Interpretation, Interpreter, Understood, vocabulary
from communityconnector.needs.interpretation import GUESSED
from communityconnector.testing.texts import CRIES, HOSTILE, IDIOMS, MEGABYTES
from communityconnector.testing.watching import watched

CANARY: Final = "zqcanary"
"""A word in a text. It must appear in no log, warning or repr and on no screen."""

NEEDS: Final = (
    "food pantry",
    "I need help with my rent, the landlord wants us out",
    "necesito ayuda para pagar la luz",
    "somewhere warm to sleep, and a shower",
    "can you print this",
    "library card",
)
"""Plain needs, and what is no need. What is understood of them is not tested, only that it is well formed."""


class InterpreterContract:
    """The tests for every interpreter. Subclass it under a name that begins with `Test`, and define `make_interpreter`.

    Attributes:
        concepts: names of concepts by id that the interpreter uses beside those of the built-in vocabulary.
        sends_words: whether the host lets it send patrons' words to another program. If not, a connection is a fault.
        seconds: how long a text of a megabyte may take.
        cries: plain cries for help by the kind of danger; add those of your languages, and drop none.
        idioms: words of danger without danger; add those of your languages.
    """

    concepts: ClassVar[Mapping[str, str]] = {}
    sends_words: ClassVar[bool] = False
    seconds: ClassVar[float] = 60.0
    cries: ClassVar[Mapping[str, tuple[str, ...]]] = CRIES
    idioms: ClassVar[tuple[str, ...]] = IDIOMS

    def make_interpreter(self) -> Interpreter:
        """Return an interpreter as the host would make it."""
        message = "an InterpreterContract must define make_interpreter"
        raise NotImplementedError(message)

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
    def test_any_text_is_interpreted(self, text: str) -> None:
        """Every text has an interpretation that is well formed: empty, hostile, in any script."""
        self._is_well_formed(self.make_interpreter().interpret(text))

    def test_a_text_of_a_megabyte_is_interpreted_in_time(self) -> None:
        """A long text has an interpretation too, within `seconds`."""
        interpreter = self.make_interpreter()
        for text in MEGABYTES:
            start = time.monotonic()
            self._is_well_formed(interpreter.interpret(text))
            taken = time.monotonic() - start
            assert taken <= self.seconds, f"a text of a megabyte took {taken:.0f} seconds"

    def test_an_interpretation_is_well_formed(self) -> None:
        """Weights are from 0 to 1 and fall, guesses are marked, and every concept is known under its own name."""
        interpreter = self.make_interpreter()
        for text in (*NEEDS, *self._cries(), *self.idioms):
            self._is_well_formed(interpreter.interpret(text))

    def test_the_same_text_means_the_same(self) -> None:
        """The same text has the same interpretation, again, after other texts, and from a second interpreter."""
        first, second = self.make_interpreter(), self.make_interpreter()
        texts = (*NEEDS, *self._cries()[::3], *HOSTILE)
        answers = [first.interpret(text) for text in texts]
        for interpreter in (first, second):
            again = [interpreter.interpret(text) for text in reversed(texts)][::-1]
            changed = [number for number, answer in enumerate(again) if answer != answers[number]]
            assert not changed, f"{len(changed)} of {len(texts)} texts meant something else the second time"

    def test_threads_may_share_it(self) -> None:
        """Texts that several threads interpret at once mean what they mean one by one."""
        interpreter = self.make_interpreter()
        texts = [*NEEDS, *self._cries()] * 2
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(interpreter.interpret, texts))
        assert answers == [interpreter.interpret(text) for text in texts]

    def test_a_plain_cry_for_help_shows_crisis_lines(self) -> None:
        """Crisis lines are shown for every plain cry, in capitals and within a longer text too."""
        interpreter = self.make_interpreter()
        missed = [
            (kind, cry)
            for kind, cries in self.cries.items()
            for cry in cries
            for text in (cry, cry.upper(), f"Hello. {cry}. Thank you.")
            if not interpreter.interpret(text).urgent
        ]
        assert not missed, f"no crisis line is shown for {missed[0][0]}: {missed[0][1]!r}"

    def test_an_idiom_rings_no_line(self) -> None:
        """Words that only sound like danger show no crisis line."""
        interpreter = self.make_interpreter()
        alarms = [idiom for idiom in self.idioms if interpreter.interpret(idiom).urgent]
        assert not alarms, f"a crisis line is shown for {alarms[0]!r}"

    def test_words_show_up_nowhere(
        self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """A patron's words appear in no log, warning or repr and on no screen."""
        caplog.set_level(logging.DEBUG)
        interpreter = self.make_interpreter()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            output = [repr(interpreter), str(interpreter)]
            for text in (*NEEDS, *self._cries()[:6], "\ud800", "x" * 10_000):
                answer = interpreter.interpret(f"{CANARY} {text} {CANARY}")
                output += [repr(answer), str(answer), *map(repr, answer.dangers), *map(str, answer.dangers)]
            output += [repr(interpreter), str(interpreter), *(str(warning.message) for warning in warned)]
        # No `in` within the assertion: pytest would print the words.
        for text in (caplog.text, "".join(output), "".join(capfd.readouterr())):
            is_shown = CANARY in text.casefold()
            assert not is_shown, "the patron's words are shown"

    def test_nothing_is_sent_and_no_file_is_opened(self) -> None:
        """Words go nowhere, neither over the network nor into a file, unless the host lets the interpreter send them."""
        if self.sends_words:
            pytest.skip("sends_words is True: not tested that nothing is sent")
        interpreter = self.make_interpreter()
        # The first texts may load a model.
        for text in (*NEEDS, *self._cries()[:2]):
            interpreter.interpret(text)
        with watched("socket.", "open", "os.open", "subprocess.", "os.system", "os.exec") as events:
            for text in (*NEEDS, *self._cries(), *HOSTILE):
                interpreter.interpret(text)
        assert events == [], f"the interpreter reached outside ({events[0]})"

    def _cries(self) -> tuple[str, ...]:
        return tuple(cry for cries in self.cries.values() for cry in cries)

    def _is_well_formed(self, answer: Interpretation) -> None:
        assert isinstance(answer, Interpretation)
        assert isinstance(answer.certainty, Certainty)
        assert isfinite(answer.confidence)
        assert 0 <= answer.confidence <= 1
        understood = [*answer.concepts, *answer.related]
        ids = [one.concept for one in understood]
        assert len(set(ids)) == len(ids), "a concept is named twice"
        for one in understood:
            self._is_known(one)
        weights = [one.weight for one in answer.related]
        assert weights == sorted(weights, reverse=True), (
            "related concepts are not in the order of their weights"
        )
        if answer.certainty is Certainty.DID_YOU_MEAN:
            guesses = [one.weight for one in answer.concepts]
            assert guesses == sorted(guesses, reverse=True), "guesses are not in the order of their weights"
            assert max(guesses) <= GUESSED, f"a guess weighs more than {GUESSED}"
        if answer.certainty in (Certainty.NOT_UNDERSTOOD, Certainty.NOT_A_NEED):
            assert not answer.concepts, "concepts are named for words that are not understood, or no need"
        if answer.dangers:
            assert answer.urgent, "a danger is named, and no crisis line is shown"

    def _is_known(self, one: Understood) -> None:
        known = {concept.id: concept.name for concept in vocabulary().concepts.values()} | dict(self.concepts)
        assert one.concept in known, (
            f"the vocabulary has no concept {one.concept!r}; declare it in `concepts`"
        )
        assert one.name == known[one.concept], f"the concept {one.concept!r} has another name"
        assert isfinite(one.weight), f"the weight of {one.concept!r} is not a number"
        assert 0 < one.weight <= 1, f"the weight of {one.concept!r} is not from 0 to 1"
