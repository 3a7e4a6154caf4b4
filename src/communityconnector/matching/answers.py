"""The three answers of a criterion, and the reasons that state them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import attrs


class Answer(StrEnum):
    """Whether an offer meets one criterion."""

    MET = "met"
    UNMET = "unmet"
    """Known not to fit. Only this rules an offer out."""
    UNKNOWN = "unknown"
    """The directory does not say. It never rules an offer out, but ranks it lower and becomes a question."""


class Doubt(StrEnum):
    """How much a record speaks against an answer that it leaves unknown."""

    OPEN = "open"
    """It says nothing either way."""
    POSSIBLE = "possible"
    """What it says fits one person in two: it is for women, and nobody said whether the person is one."""
    DOUBTFUL = "doubtful"
    """What it says makes it improbable: it is for veterans, and nobody spoke of one."""
    UNLIKELY = "unlikely"
    """What it says and what the need says hardly go together: it is for foster youth, and the person is 81."""


@attrs.frozen(slots=True)
class Reason:
    """One criterion's answer about one offer.

    Attributes:
        criterion: its name: `need`, `distance`, or one of `matching.criteria.CRITERIA`; or `visiting`, which a desk adds
            that knows who is in the building (`Visits`).
        answer: met, unmet or unknown.
        text: the answer in words that staff can read aloud; for an unknown one, a question to ask.
        evidence: the values that the answer is based on, for programs: by HSDS field name and similar.
        doubt: for an unknown answer, how much the record speaks against it.
    """

    criterion: str
    answer: Answer
    text: str
    evidence: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    doubt: Doubt = Doubt.OPEN


def met(criterion: str, text: str, **evidence: Any) -> Reason:
    """Return the reason of a criterion that is met."""
    return Reason(criterion, Answer.MET, text, evidence)


def unmet(criterion: str, text: str, **evidence: Any) -> Reason:
    """Return the reason of a criterion that is known not to be met."""
    return Reason(criterion, Answer.UNMET, text, evidence)


def unknown(criterion: str, text: str, **evidence: Any) -> Reason:
    """Return the reason of a criterion that the directory does not answer; the text is what to ask."""
    return Reason(criterion, Answer.UNKNOWN, text, evidence)


def doubted(criterion: str, doubt: Doubt, text: str, **evidence: Any) -> Reason:
    """Return the reason of a criterion that the directory does not answer, but speaks against."""
    return Reason(criterion, Answer.UNKNOWN, text, evidence, doubt)


KINDS: Final = ("unmet", "met", "unknown", "possible", "doubtful", "unlikely")
"""The kinds of answers: the three, with the unknown ones by their doubt."""


def kind_of(reason: Reason) -> str:
    """Return which of the `KINDS` a reason is."""
    if reason.answer is Answer.UNKNOWN and reason.doubt is not Doubt.OPEN:
        return reason.doubt.value
    return reason.answer.value
