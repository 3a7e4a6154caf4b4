"""Scores as tables of text, in aligned columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from communityconnector.testing.relevance.groups import of_groups, of_measures
from communityconnector.testing.relevance.measures import ndcg
from communityconnector.testing.relevance.tables import Cells, aligned
from communityconnector.testing.relevance.words.judging import Judged
from communityconnector.testing.relevance.words.measured import MEASURES
from communityconnector.testing.relevance.words.scores import Scores

GROUP_COLUMNS: Final[Mapping[str, str]] = {
    "ndcg": "nDCG@5",
    "top1": "top-1",
    "hit3": "hit@3",
    "answered": "answered",
    "declined": "declined",
    "flagged": "flagged",
    "false_alarms": "false alarms",
}
"""The measures that are shown for groups, with the heads of their columns."""


def report(scores: Scores, by: Sequence[str], confusions: int, examples: int) -> str:
    """Return scores as text (`Scores.report`)."""
    blocks = [summary(scores), *map(aligned, tables(scores, by, confusions)), *_examples(scores, examples)]
    return "\n\n".join(blocks)


def summary(scores: Scores) -> str:
    """Return in a line how many utterances there are, of each kind."""
    utterances = [judged.utterance for judged in scores.judged]
    needs = sum(bool(utterance.needs) for utterance in utterances)
    non_needs = sum(utterance.is_non_need for utterance in utterances)
    crises = sum(bool(utterance.crisis) for utterance in utterances)
    return f"{len(utterances)} utterances: {needs} with a need, {non_needs} without, {crises} in danger"


def tables(scores: Scores, by: Sequence[str], confusions: int) -> Iterator[Cells]:
    """Yield the tables of a report. They hold counts and ids of concepts, and no words of a patron.

    Args:
        scores: the scores.
        by: the groupings to show (see `Scores.table`).
        confusions: the number of confusions to show.
    """
    yield of_measures({measure.name: measure.title for measure in MEASURES}, scores.estimates)
    for grouping in by:
        yield of_groups(grouping, "utterances", GROUP_COLUMNS, scores.table(grouping))
    if scores.cues:
        yield _of_cues(scores)
    if pairs := scores.confusions()[:confusions]:
        yield [["wanted", "first instead", "times"], *([p.wanted, p.first, str(p.count)] for p in pairs)]


def _of_cues(scores: Scores) -> Cells:
    rows = [["cue", "precision", "recall", "F1", "labelled"]]
    for field, total in scores.cues.items():
        shares = (total.precision, total.recall, total.f1)
        cells = ["-" if share is None else f"{share:.3f}" for share in shares]
        rows.append([field, *cells, str(total.labelled)])
    return rows


def _examples(scores: Scores, limit: int) -> Iterator[str]:
    """Yield the utterances of each kind of mistake. Only here a report shows words."""
    if not limit:
        return
    of_needs = [judged for judged in scores.judged if judged.utterance.needs]
    worst_first = sorted(of_needs, key=lambda judged: ndcg(judged.ranked, judged.grades))
    kinds: dict[str, list[Judged]] = {
        "Least understood": [judged for judged in worst_first if ndcg(judged.ranked, judged.grades) < 1],
        "Answered, and no need": [j for j in scores.judged if j.utterance.is_non_need and j.concepts],
        "Danger missed": [j for j in scores.judged if j.utterance.crisis and not j.is_flagged],
        "False alarms": [j for j in scores.judged if j.utterance.is_calm and j.is_flagged],
    }
    for title, judged in kinds.items():
        if judged:
            yield "\n".join([f"{title}:", *map(_example, judged[:limit])])


def _example(judged: Judged) -> str:
    wanted = " ".join(judged.utterance.needs) or "nothing"
    answered = " ".join(judged.ranked[:3]) or "nothing"
    return f"- {judged.utterance.text}\n  wanted: {wanted}; answered: {answered}"
