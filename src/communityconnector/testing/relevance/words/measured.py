"""What is measured of an interpreter: what it understands, what it declines, and which danger it notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import attrs

from communityconnector.testing.relevance.measures import is_hit, ndcg, recall, reciprocal_rank
from communityconnector.testing.relevance.words.judging import Judged
from communityconnector.testing.relevance.words.utterances import Utterance


@attrs.frozen
class Measure:
    """A measure, as the value that it has for one utterance. Its value for several is the mean.

    Attributes:
        name: its name in code.
        title: its name in a report.
        of: returns its value for an utterance; `None` if it does not apply.
        is_paired: whether it applies to the same utterances whatever was answered.
    """

    name: str
    title: str
    of: Callable[[Judged], float | bool | None]
    is_paired: bool = True


def _ndcg(judged: Judged) -> float | None:
    return ndcg(judged.ranked, judged.grades) if judged.utterance.needs else None


def _recall(judged: Judged) -> float | None:
    return recall(judged.ranked, judged.utterance.needs) if judged.utterance.needs else None


def _reciprocal_rank(judged: Judged) -> float | None:
    return reciprocal_rank(judged.ranked, judged.utterance.needs) if judged.utterance.needs else None


def _is_first(judged: Judged) -> bool | None:
    return is_hit(judged.ranked, judged.utterance.needs, 1) if judged.utterance.needs else None


def _is_in_three(judged: Judged) -> bool | None:
    return is_hit(judged.ranked, judged.utterance.needs, 3) if judged.utterance.needs else None


def _is_answered(judged: Judged) -> bool | None:
    return bool(judged.concepts) if judged.utterance.needs else None


def _is_declined(judged: Judged) -> bool | None:
    return not judged.concepts if judged.utterance.is_non_need else None


def _is_flagged(judged: Judged) -> bool | None:
    return judged.is_flagged if judged.utterance.crisis else None


def _is_kind_named(judged: Judged) -> bool | None:
    """Return whether the kind of a danger is among those that were named."""
    return judged.utterance.crisis in judged.dangers if judged.utterance.crisis and judged.dangers else None


def _is_false_alarm(judged: Judged) -> bool | None:
    return judged.is_flagged if judged.utterance.is_calm else None


def _is_near_miss_alarm(judged: Judged) -> bool | None:
    return _is_false_alarm(judged) if judged.utterance.is_near_miss else None


def _is_right_if_sure(judged: Judged) -> bool | None:
    return (
        is_hit(judged.ranked, judged.utterance.needs, 1)
        if _is_judged_answer(judged) and judged.is_sure
        else None
    )


def _is_right_if_asked(judged: Judged) -> bool | None:
    is_question = _is_judged_answer(judged) and not judged.is_sure
    return is_hit(judged.ranked, judged.utterance.needs, 3) if is_question else None


def _is_judged_answer(judged: Judged) -> bool:
    """Return whether there is an answer that can be right or wrong. One to what is no need is wrong."""
    return bool(judged.concepts) and (bool(judged.utterance.needs) or judged.utterance.is_non_need)


MEASURES: Final = (
    Measure("ndcg", "nDCG@5", _ndcg),
    Measure("recall", "recall@5", _recall),
    Measure("mrr", "MRR", _reciprocal_rank),
    Measure("top1", "top-1", _is_first),
    Measure("hit3", "hit@3", _is_in_three),
    Measure("answered", "answered", _is_answered),
    Measure("declined", "non-needs declined", _is_declined),
    Measure("flagged", "crises flagged", _is_flagged),
    Measure("kind_named", "flagged: the kind is named", _is_kind_named, is_paired=False),
    Measure("false_alarms", "false alarms", _is_false_alarm),
    Measure("near_miss_alarms", "false alarms, near misses", _is_near_miss_alarm),
    Measure("sure_right", "sure: first is right", _is_right_if_sure, is_paired=False),
    Measure("asked_right", "did you mean: one of three is right", _is_right_if_asked, is_paired=False),
)
"""The measures, in the order of a report. The first six are of utterances that name a direct need."""

GROUPINGS: Final[Mapping[str, Callable[[Utterance], Iterable[str]]]] = {
    "register": lambda utterance: utterance.register,
    "language": lambda utterance: (utterance.language,),
    "place": lambda utterance: (utterance.place,),
    "author": lambda utterance: (utterance.author,),
    "crisis": lambda utterance: (utterance.crisis or "",),
    "need": lambda utterance: utterance.needs,
}
"""By what scores can be grouped, with the groups of an utterance."""
