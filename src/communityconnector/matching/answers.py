"""The three answers that a criterion can give, and the reasons that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs


class Answer(StrEnum):
    """Whether an offer meets one thing that was asked."""

    MET = "met"
    UNMET = "unmet"
    """Known not to fit. Only this rules an offer out."""
    UNKNOWN = "unknown"
    """The directory does not say. Never rules out: it ranks lower and becomes a question to ask."""


@attrs.frozen(slots=True)
class Reason:
    """One criterion's answer about one offer.

    Attributes:
        criterion: what was asked: `need`, `distance`, or one of `matching.criteria.CRITERIA`; or `visiting`, which a
            desk that knows who is in the building adds (`Visits`).
        answer: met, unmet or unknown.
        text: the answer in words that staff can read out. An unknown one is a question to ask.
        evidence: what the answer rests on, for programs: values by HSDS field name and the like.
    """

    criterion: str
    answer: Answer
    text: str
    evidence: Mapping[str, Any] = attrs.field(factory=dict, hash=False)


def met(criterion: str, text: str, **evidence: Any) -> Reason:
    """The criterion is met."""
    return Reason(criterion, Answer.MET, text, evidence)


def unmet(criterion: str, text: str, **evidence: Any) -> Reason:
    """The criterion is known not to be met."""
    return Reason(criterion, Answer.UNMET, text, evidence)


def unknown(criterion: str, text: str, **evidence: Any) -> Reason:
    """Nobody has said; the text is what to ask."""
    return Reason(criterion, Answer.UNKNOWN, text, evidence)
