"""What is measured of a directory's answers: the order of services, what is shown as met, and whether it says no."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from communityconnector.testing.relevance.measures import Part, ndcg
from communityconnector.testing.relevance.services.judging import GOOD, JudgedAnswer

FIRST: Final = 5
"""The number of services that a patron looks at."""
AT_ONCE: Final = 3
"""The number of services that must not be met if nothing fits."""


@attrs.frozen
class ServiceMeasure:
    """A measure, as the part that one need adds to it.

    Attributes:
        name: its name in code.
        title: its name in a report.
        of: returns a need's part; `None` if the measure does not apply to it.
        less_is_better: whether a lower value is better.
    """

    name: str
    title: str
    of: Callable[[JudgedAnswer], Part | None]
    less_is_better: bool = False


def _ndcg(answer: JudgedAnswer, depth: int) -> Part | None:
    return (ndcg(answer.ranked, answer.need.grades, depth), 1) if is_answerable(answer) else None


def _precision(answer: JudgedAnswer) -> Part | None:
    if not is_answerable(answer):
        return None
    grades = answer.need.grades
    return sum(grades.get(key, 0) >= GOOD for key in answer.ranked[:FIRST]) / FIRST, 1


def _best_precision(answer: JudgedAnswer) -> Part | None:
    if not is_answerable(answer):
        return None
    return min(FIRST, sum(grade >= GOOD for grade in answer.need.grades.values())) / FIRST, 1


def _success(answer: JudgedAnswer) -> Part | None:
    if not is_answerable(answer):
        return None
    first = answer.ranked[0] if answer.services else ""
    return answer.need.grades.get(first, 0) >= GOOD, 1


def _wrong_met(answer: JudgedAnswer) -> Part | None:
    first = answer.services[:FIRST]
    grades = answer.need.grades
    return float(sum(each.is_met and grades.get(each.service_id) == 0 for each in first)), len(first)


def _unjudged(answer: JudgedAnswer) -> Part | None:
    first = answer.ranked[:FIRST]
    return float(sum(key not in answer.need.grades for key in first)), len(first)


def _honest(answer: JudgedAnswer) -> Part | None:
    if not answer.need.none_fits:
        return None
    return answer.nothing_fits or not any(each.is_met for each in answer.services[:AT_ONCE]), 1


def is_answerable(answer: JudgedAnswer) -> bool:
    """Return whether a directory has something for a need, as far as it is judged."""
    return not answer.need.none_fits and any(answer.need.grades.values())


MEASURES: Final = (
    ServiceMeasure("ndcg5", "nDCG@5", lambda answer: _ndcg(answer, 5)),
    ServiceMeasure("ndcg10", "nDCG@10", lambda answer: _ndcg(answer, 10)),
    ServiceMeasure("precision5", "P@5", _precision),
    ServiceMeasure("ceiling5", "P@5 ceiling", _best_precision),
    ServiceMeasure("success1", "success@1", _success),
    ServiceMeasure("wrong_met5", "wrong met@5", _wrong_met, less_is_better=True),
    ServiceMeasure("unjudged5", "unjudged@5", _unjudged, less_is_better=True),
    ServiceMeasure("honest", "honest", _honest),
)
"""The measures, in the order of a report. The first five are of needs for which the directory has something."""


def parts_of(measure: ServiceMeasure, answers: Iterable[JudgedAnswer]) -> list[Part]:
    """Return what each need adds to a measure, without those that it does not apply to."""
    return [part for answer in answers if (part := measure.of(answer)) is not None]


def value_of(name: str, answers: Iterable[JudgedAnswer]) -> float | None:
    """Return a measure of answers; `None` if it applies to none.

    Args:
        name: the name of the measure.
        answers: the answers.
    """
    measure = next(measure for measure in MEASURES if measure.name == name)
    parts = parts_of(measure, answers)
    count = sum(count for _, count in parts)
    return sum(value for value, _ in parts) / count if count else None


GROUPINGS: Final[Mapping[str, Callable[[JudgedAnswer], Iterable[str]]]] = {
    "set": lambda answer: (answer.need.set_name,),
    "language": lambda answer: (answer.need.language,),
    "need": lambda answer: (answer.need.need_id,),
}
"""By what scores can be grouped, with the groups of an answer."""
