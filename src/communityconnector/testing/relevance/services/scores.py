"""Scores of a directory's answers on judged needs, and of two runs in comparison."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import attrs

from communityconnector.errors import UnknownNameError
from communityconnector.matcher import Matcher
from communityconnector.model import Finding
from communityconnector.testing.relevance.groups import Comparison, Group
from communityconnector.testing.relevance.measures import Estimate, Part, pooled, pooled_gain
from communityconnector.testing.relevance.services.calibration import Calibration, calibrate
from communityconnector.testing.relevance.services.judged_sets import JudgedSet
from communityconnector.testing.relevance.services.judging import JudgedAnswer, judge_all
from communityconnector.testing.relevance.services.measured import GROUPINGS, MEASURES, parts_of, value_of

UNLABELLED: Final = "(none)"
"""The group of needs without a label."""

Parts = Mapping[str, Mapping[str, Part]]
"""What each need adds to each measure, by the id of the need and the name of the measure: all that a comparison needs."""


@attrs.frozen(repr=False, slots=False)
class ServiceScores:
    """How right a directory's answers are.

    Attributes:
        answers: the needs with what is shown for them.
        findings: needs that could not be matched.
    """

    answers: tuple[JudgedAnswer, ...]
    findings: tuple[Finding, ...] = ()

    @cached_property
    def estimates(self) -> Mapping[str, Estimate]:
        """Each measure that applies, by its name, with its interval."""
        estimates = {measure.name: pooled(parts_of(measure, self.answers)) for measure in MEASURES}
        return {name: each for name, each in estimates.items() if each is not None}

    @cached_property
    def parts(self) -> Parts:
        """What each need adds to each measure that applies to it."""
        return {
            f"{answer.need.set_name}/{answer.need.need_id}": {
                measure.name: part for measure in MEASURES if (part := measure.of(answer)) is not None
            }
            for answer in self.answers
        }

    @cached_property
    def calibration(self) -> Calibration:
        """How far a score is the chance that a service helps."""
        return calibrate(self.answers)

    def table(self, by: str) -> tuple[Group, ...]:
        """Return the scores in groups, the largest first.

        Args:
            by: `set`, `language` or `need`.

        Raises:
            UnknownNameError: there is no such grouping.
        """
        if by not in GROUPINGS:
            message = f"no grouping {by!r}; there are {', '.join(GROUPINGS)}"
            raise UnknownNameError(message)
        groups: dict[str, list[JudgedAnswer]] = {}
        for answer in self.answers:
            for name in GROUPINGS[by](answer):
                groups.setdefault(name or UNLABELLED, []).append(answer)
        ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        return tuple(Group(name, len(members), _values(members)) for name, members in ordered)

    def __repr__(self) -> str:
        return f"<ServiceScores of {len(self.answers)} needs>"


def score(matcher: Matcher, judged_set: JudgedSet) -> ServiceScores:
    """Return how right a matcher's answers to judged needs are.

    Args:
        matcher: a matcher of the judged directory. For figures that do not change by the day, give it a `clock`.
        judged_set: the needs with their grades.
    """
    return ServiceScores(*judge_all(matcher, judged_set.needs))


def together(*scores: ServiceScores) -> ServiceScores:
    """Return the scores of several sets as one."""
    return ServiceScores(
        tuple(answer for each in scores for answer in each.answers),
        tuple(finding for each in scores for finding in each.findings),
    )


def compare(before: Parts, after: Parts) -> Comparison:
    """Return what one run gains over another, by the paired bootstrap over the needs that both have.

    Args:
        before: the parts of the one (`ServiceScores.parts`).
        after: the parts of the other.

    Raises:
        ValueError: they have no need in common.
    """
    common = [key for key in after if key in before]
    if not common:
        message = "runs can only be compared on the same needs, and these have none in common"
        raise ValueError(message)
    gains: dict[str, Estimate] = {}
    for measure in MEASURES:
        keys = [key for key in common if measure.name in before[key] and measure.name in after[key]]
        gain = (
            pooled_gain(*([run[key][measure.name] for key in keys] for run in (before, after)))
            if keys
            else None
        )
        if gain is not None:
            gains[measure.name] = gain
    return Comparison(gains, {measure.name: measure.title for measure in MEASURES})


def _values(answers: list[JudgedAnswer]) -> dict[str, float]:
    values = {measure.name: value_of(measure.name, answers) for measure in MEASURES}
    return {name: value for name, value in values.items() if value is not None}
