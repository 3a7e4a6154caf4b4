"""Scores of an interpreter on labelled utterances, and of two interpreters in comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

import attrs

from communityconnector.errors import UnknownNameError
from communityconnector.needs import Interpreter
from communityconnector.testing.relevance.groups import Comparison, Group
from communityconnector.testing.relevance.measures import Agreement, Estimate, agreement, estimate, is_hit
from communityconnector.testing.relevance.words.judging import Judged, judge
from communityconnector.testing.relevance.words.measured import GROUPINGS, MEASURES, Measure
from communityconnector.testing.relevance.words.utterances import CUES, Judgments, Utterance

NO_NEED: Final = "(no need)"
"""What is wanted where nothing is needed."""
DECLINED: Final = "(declined)"
"""The first answer where there is none."""
UNLABELLED: Final = "(none)"
"""The group of utterances without a label."""


@attrs.frozen
class Confusion:
    """A need, and the concept that came first instead.

    Attributes:
        wanted: the first direct concept of the label; `(no need)` if nothing is needed.
        first: the first concept of the answer; `(declined)` for an answer without any.
        count: how often.
    """

    wanted: str
    first: str
    count: int


@attrs.frozen(repr=False, slots=False)
class Scores:
    """How an interpreter does on labelled utterances.

    It holds their words, and shows them only in a report with examples.

    Attributes:
        judged: the utterances with what was understood of them.
    """

    judged: tuple[Judged, ...]

    @cached_property
    def estimates(self) -> Mapping[str, Estimate]:
        """Each measure that applies, by its name, with its interval."""
        values = {measure.name: _values(measure, self.judged) for measure in MEASURES}
        return {name: estimate(each) for name, each in values.items() if each}

    @cached_property
    def cues(self) -> Mapping[str, Agreement]:
        """How far each cue agrees with the labels, by field of `Cues`. A cue that no utterance has is left out."""
        totals: dict[str, Agreement] = {}
        for judged in self.judged:
            labels = judged.utterance.cues
            if labels is None:
                continue
            for field in CUES.values():
                part = agreement(judged.cues.get(field, ()), labels.get(field, ()))
                totals[field] = totals.get(field, Agreement()) + part
        return {field: total for field, total in totals.items() if total.labelled}

    def table(self, by: str) -> tuple[Group, ...]:
        """Return the scores in groups, the largest first.

        Args:
            by: `register`, `language`, `place`, `author`, `crisis` (the kind of danger) or `need`. An utterance of
                several registers or needs is in the group of each.

        Raises:
            UnknownNameError: there is no such grouping.
        """
        if by not in GROUPINGS:
            message = f"no grouping {by!r}; there are {', '.join(GROUPINGS)}"
            raise UnknownNameError(message)
        groups: dict[str, list[Judged]] = {}
        for judged in self.judged:
            for name in GROUPINGS[by](judged.utterance):
                groups.setdefault(name or UNLABELLED, []).append(judged)
        ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
        return tuple(Group(name, len(members), _means(members)) for name, members in ordered)

    def confusions(self) -> tuple[Confusion, ...]:
        """Return the needs that did not come first, with the concept that did, the most frequent pair first."""
        pairs = Counter(_confused(judged) for judged in self.judged if _is_confused(judged))
        ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Confusion(wanted, first, count) for (wanted, first), count in ordered)

    def report(
        self, by: Iterable[str] = ("register", "language"), *, confusions: int = 10, examples: int = 0
    ) -> str:
        """Return the scores as plain text in aligned columns: counts and ids of concepts, and no words.

        Args:
            by: the groupings to show (see `table`).
            confusions: the number of pairs to show of a need and what came first instead.
            examples: the number of utterances to show, words and all, of each kind of mistake.

        Raises:
            UnknownNameError: there is no such grouping.
        """
        from communityconnector.testing.relevance.words.report import report

        return report(self, tuple(by), confusions, examples)

    def __repr__(self) -> str:
        return f"<Scores of {len(self.judged)} utterances>"


def score(interpreter: Interpreter, judgments: Judgments) -> Scores:
    """Return how an interpreter does on labelled utterances.

    A broader concept of a direct need is neutral unless it is labelled: it takes no place in the answer.

    Args:
        interpreter: the interpreter, such as `communityconnector.needs.interpreter()`.
        judgments: the labelled utterances.
    """
    return Scores(
        tuple(judge(interpreter, utterance, judgments.vocabulary) for utterance in judgments.utterances)
    )


def compare(before: Scores, after: Scores) -> Comparison:
    """Return what one interpreter gains over another, by the paired bootstrap.

    Measures of what one of them answered, such as how often it is right when it is sure, are not compared: the other
    was sure of other utterances.

    Args:
        before: the scores of the one.
        after: the scores of the other, on the same utterances.

    Raises:
        ValueError: they are scores of different utterances.
    """
    if _utterances(before) != _utterances(after):
        message = "scores can only be compared on the same utterances, in the same order"
        raise ValueError(message)
    gains: dict[str, Estimate] = {}
    for measure in MEASURES:
        if measure.is_paired:
            pairs = zip(_values(measure, before.judged), _values(measure, after.judged), strict=True)
            differences = [float(new) - float(old) for old, new in pairs]
            if differences:
                gains[measure.name] = estimate(differences)
    return Comparison(gains, {measure.name: measure.title for measure in MEASURES})


def _utterances(scores: Scores) -> list[Utterance]:
    return [judged.utterance for judged in scores.judged]


def _values(measure: Measure, judged: Iterable[Judged]) -> list[float | bool]:
    """Return the values of a measure for the utterances to which it applies."""
    return [value for each in judged if (value := measure.of(each)) is not None]


def _means(judged: Iterable[Judged]) -> dict[str, float]:
    members = tuple(judged)
    values = {measure.name: _values(measure, members) for measure in MEASURES}
    return {name: sum(each) / len(each) for name, each in values.items() if each}


def _is_confused(judged: Judged) -> bool:
    """Return whether something else than a direct need came first, or anything where nothing is needed."""
    if judged.utterance.needs:
        return not is_hit(judged.ranked, judged.utterance.needs, 1)
    return judged.utterance.is_non_need and bool(judged.concepts)


def _confused(judged: Judged) -> tuple[str, str]:
    """Return what was wanted, and what came first. Where all that was answered is neutral, that is a broader concept."""
    return (*judged.utterance.needs, NO_NEED)[0], (*judged.ranked, *judged.concepts, DECLINED)[0]
