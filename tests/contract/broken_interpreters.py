"""Interpreters and encoders with one fault each, and the test of the contract that catches it."""

from __future__ import annotations

import logging
import os
import re
import socket
import warnings
from itertools import count
from pathlib import Path
from zlib import crc32

import attrs
import numpy as np

from communityconnector.needs import Certainty, Interpretation, Understood, interpreter

_runs = count()


class Interpreting:
    """An interpreter that does as it should; each fault below breaks one thing."""

    def interpret(self, text):
        return interpreter().interpret(text)


class MissesDanger(Interpreting):
    def interpret(self, text):
        answer = super().interpret(text)
        return attrs.evolve(answer, urgent=(), dangers=())


class MissesOneKindOfDanger(Interpreting):
    def interpret(self, text):
        answer = super().interpret(text)
        is_lost = any(danger.kind == "runaway" for danger in answer.dangers)
        return attrs.evolve(answer, urgent=(), dangers=()) if is_lost else answer


class MissesDangerInSpanish(Interpreting):
    def interpret(self, text):
        answer = super().interpret(text)
        return attrs.evolve(answer, urgent=(), dangers=()) if "mi" in text.lower().split() else answer


class MissesDangerInCapitals(Interpreting):
    def interpret(self, text):
        answer = super().interpret(text)
        return attrs.evolve(answer, urgent=(), dangers=()) if text.isupper() else answer


class RingsForIdioms(Interpreting):
    def interpret(self, text):
        answer = super().interpret(text)
        if re.search(r"\b(kill|dying|murder)", text):
            return attrs.evolve(answer, urgent=interpreter().interpret("I want to kill myself").urgent)
        return answer


class NamesADangerWithoutLines(Interpreting):
    def interpret(self, text):
        return attrs.evolve(super().interpret(text), urgent=())


class BreaksOnSurrogates(Interpreting):
    def interpret(self, text):
        text.encode()
        return super().interpret(text)


class BreaksOnNothing(Interpreting):
    def interpret(self, text):
        return super().interpret(f"{text.split()[0]} {text}")


class AnswersNone(Interpreting):
    def interpret(self, text):
        return super().interpret(text) if text.strip() else None


class InventsAConcept(Interpreting):
    def interpret(self, _text):
        return Interpretation(concepts=(Understood("moon-travel", "A trip to the moon", 1.0, ()),))


class RenamesAConcept(Interpreting):
    def interpret(self, _text):
        return Interpretation(concepts=(Understood("food-pantry", "<b>Food</b>", 1.0, ()),))


class WeighsMoreThanOne(Interpreting):
    def interpret(self, _text):
        return Interpretation(concepts=(Understood("food-pantry", _name("food-pantry"), 95.0, ()),))


class WeighsNaN(Interpreting):
    def interpret(self, _text):
        one = Understood("food-pantry", _name("food-pantry"), float("nan"), ())
        return Interpretation(concepts=(one,), certainty=Certainty.SURE)


class GuessesTooSurely(Interpreting):
    def interpret(self, _text):
        one = Understood("food-pantry", _name("food-pantry"), 0.9, ())
        return Interpretation(concepts=(one,), certainty=Certainty.DID_YOU_MEAN)


class NamesAConceptTwice(Interpreting):
    def interpret(self, _text):
        one = Understood("food-pantry", _name("food-pantry"), 1.0, ())
        return Interpretation(concepts=(one,), related=(one,))


class ShowsTheLeastFirst(Interpreting):
    def interpret(self, text):
        answer = super().interpret(text)
        return attrs.evolve(answer, related=answer.related[::-1])


class ServesWhatIsNoNeed(Interpreting):
    def interpret(self, text):
        return attrs.evolve(super().interpret(text), certainty=Certainty.NOT_A_NEED)


class ChangesItsMind(Interpreting):
    def interpret(self, text):
        return attrs.evolve(super().interpret(text), confidence=next(_runs) % 100 / 100)


class RemembersTheLastText(Interpreting):
    last = ""

    def interpret(self, text):
        answer = super().interpret(f"{self.last} {text}")
        self.last = text
        return answer


class LogsWords(Interpreting):
    def interpret(self, text):
        logging.getLogger("mine").debug("read %s", text.encode("utf-8", "replace"))
        return super().interpret(text)


class PrintsWords(Interpreting):
    def interpret(self, text):
        print(ascii(text))  # noqa: T201  # the fault
        return super().interpret(text)


class WarnsOfWords(Interpreting):
    def interpret(self, text):
        warnings.warn(f"strange: {text!a}", UserWarning, stacklevel=2)
        return super().interpret(text)


class KeepsWordsInItsRepr(Interpreting):
    last = ""

    def interpret(self, text):
        self.last = ascii(text)
        return super().interpret(text)

    def __repr__(self):
        return f"<{self.last}>"


class Connects(Interpreting):
    def interpret(self, text):
        with socket.socket():
            pass
        return super().interpret(text)


class WritesWordsDown(Interpreting):
    def interpret(self, text):
        with Path(os.devnull).open("w", encoding="utf-8") as file:
            file.write(ascii(text))
        return super().interpret(text)


INTERPRETERS = [
    (MissesDanger, "test_a_plain_cry_for_help_shows_crisis_lines"),
    (MissesOneKindOfDanger, "test_a_plain_cry_for_help_shows_crisis_lines"),
    (MissesDangerInSpanish, "test_a_plain_cry_for_help_shows_crisis_lines"),
    (MissesDangerInCapitals, "test_a_plain_cry_for_help_shows_crisis_lines"),
    (RingsForIdioms, "test_an_idiom_rings_no_line"),
    (NamesADangerWithoutLines, "test_an_interpretation_is_well_formed"),
    (BreaksOnSurrogates, "test_any_text_is_interpreted"),
    (BreaksOnNothing, "test_any_text_is_interpreted"),
    (AnswersNone, "test_any_text_is_interpreted"),
    (InventsAConcept, "test_an_interpretation_is_well_formed"),
    (RenamesAConcept, "test_an_interpretation_is_well_formed"),
    (WeighsMoreThanOne, "test_an_interpretation_is_well_formed"),
    (WeighsNaN, "test_an_interpretation_is_well_formed"),
    (GuessesTooSurely, "test_an_interpretation_is_well_formed"),
    (NamesAConceptTwice, "test_an_interpretation_is_well_formed"),
    (ShowsTheLeastFirst, "test_an_interpretation_is_well_formed"),
    (ServesWhatIsNoNeed, "test_an_interpretation_is_well_formed"),
    (ChangesItsMind, "test_the_same_text_means_the_same"),
    (RemembersTheLastText, "test_the_same_text_means_the_same"),
    (LogsWords, "test_words_show_up_nowhere"),
    (PrintsWords, "test_words_show_up_nowhere"),
    (WarnsOfWords, "test_words_show_up_nowhere"),
    (KeepsWordsInItsRepr, "test_words_show_up_nowhere"),
    (Connects, "test_nothing_is_sent_and_no_file_is_opened"),
    (WritesWordsDown, "test_nothing_is_sent_and_no_file_is_opened"),
]


def _name(concept):
    return interpreter().lexicon.vocabulary.concepts[concept].name


class Encoding:
    """An encoder that does as it should, by the runs of three letters of a text; each fault below breaks one thing."""

    name = "letters 1"
    dimension = 64

    def encode(self, texts):
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 0.1
            for start in range(min(len(text), 5_000) - 2):
                row[crc32(text[start : start + 3].lower().encode("utf-8", "replace")) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class ReturnsALoneVector(Encoding):
    def encode(self, texts):
        rows = super().encode(texts)
        return rows[0] if len(rows) == 1 else rows


class ReturnsALongerVectorForALongerText(Encoding):
    def encode(self, texts):
        longest = max(map(len, texts), default=0)
        return np.pad(super().encode(texts), ((0, 0), (0, int(longest > 1_000))))


class ReturnsNaNForNothing(Encoding):
    def encode(self, texts):
        rows = super().encode(texts)
        rows[[not text.strip() for text in texts]] = np.nan
        return rows


class ReturnsWholeNumbers(Encoding):
    def encode(self, texts):
        return (super().encode(texts) * 100).astype(np.int32)


class DropsEmptyTexts(Encoding):
    def encode(self, texts):
        return super().encode([text for text in texts if text])


class BreaksOnNoTexts(Encoding):
    def encode(self, texts):
        return np.stack(list(super().encode(texts)))


class CentersItsBatch(Encoding):
    def encode(self, texts):
        rows = super().encode(texts)
        return rows - rows.mean(axis=0) if len(rows) > 1 else rows


class SortsItsTexts(Encoding):
    def encode(self, texts):
        return super().encode(sorted(texts))


class IsSeededByItsProcess(Encoding):
    def encode(self, texts):
        rows = super().encode(texts)
        return rows + np.random.default_rng(next(_runs)).normal(0, 0.01, rows.shape).astype(np.float32)


class IsBlind(Encoding):
    def encode(self, texts):
        return np.ones_like(super().encode(texts))


class HasNoName(Encoding):
    name = " "


class LogsTexts(Encoding):
    def encode(self, texts):
        logging.getLogger("mine").info("encoded %s", ascii(texts))
        return super().encode(texts)


class ConnectsToEncode(Encoding):
    def encode(self, texts):
        with socket.socket():
            pass
        return super().encode(texts)


class CachesInAFile(Encoding):
    def encode(self, texts):
        with Path(os.devnull).open("wb"):
            pass
        return super().encode(texts)


ENCODERS = [
    (ReturnsALoneVector, "test_any_text_has_a_vector"),
    (ReturnsALongerVectorForALongerText, "test_any_text_has_a_vector"),
    (ReturnsNaNForNothing, "test_any_text_has_a_vector"),
    (ReturnsWholeNumbers, "test_any_text_has_a_vector"),
    (DropsEmptyTexts, "test_any_text_has_a_vector"),
    (BreaksOnNoTexts, "test_no_texts_have_no_vectors"),
    (CentersItsBatch, "test_the_same_text_has_the_same_vector"),
    (SortsItsTexts, "test_the_same_text_has_the_same_vector"),
    (IsSeededByItsProcess, "test_the_same_text_has_the_same_vector"),
    (IsBlind, "test_other_texts_have_other_vectors"),
    (HasNoName, "test_it_says_what_it_is"),
    (LogsTexts, "test_words_show_up_nowhere"),
    (ConnectsToEncode, "test_nothing_is_sent_and_no_file_is_opened"),
    (CachesInAFile, "test_nothing_is_sent_and_no_file_is_opened"),
]
