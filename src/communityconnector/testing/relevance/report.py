"""Scores as plain text in aligned columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from communityconnector.testing.relevance.judging import Judged
from communityconnector.testing.relevance.measures import Estimate, ndcg
from communityconnector.testing.relevance.needs import MEASURES
from communityconnector.testing.relevance.scores import Comparison, Scores

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
    blocks = [_summary(scores), _of_measures(scores)]
    blocks += [_of_groups(scores, grouping) for grouping in by]
    blocks += [*_of_cues(scores), *_of_confusions(scores, confusions), *_of_examples(scores, examples)]
    return "\n\n".join(blocks)


def comparison_report(comparison: Comparison) -> str:
    """Return a comparison as text (`Comparison.report`)."""
    rows = [["measure", "gain", "95 %", "of"]]
    for measure in MEASURES:
        if measure.name in comparison.gains:
            gain = comparison.gains[measure.name]
            interval = f"{gain.low:+.3f} to {gain.high:+.3f}"
            rows.append([measure.title, f"{gain.value:+.3f}", interval, str(gain.count)])
    return aligned(rows)


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return rows as text in columns as wide as their widest cell.

    Args:
        rows: the rows, the heads first.
        left: how many of the first columns hold words, which begin at the left. The others end at the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        [
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    )
    return "\n".join("  ".join(cells).rstrip() for cells in lines)


def _summary(scores: Scores) -> str:
    utterances = [judged.utterance for judged in scores.judged]
    needs = sum(bool(utterance.needs) for utterance in utterances)
    non_needs = sum(utterance.is_non_need for utterance in utterances)
    crises = sum(bool(utterance.crisis) for utterance in utterances)
    return f"{len(utterances)} utterances: {needs} with a need, {non_needs} without, {crises} in danger"


def _of_measures(scores: Scores) -> str:
    rows = [["measure", "value", "95 %", "of"]]
    rows += [
        [measure.title, *_shown(scores.estimates[measure.name])]
        for measure in MEASURES
        if measure.name in scores.estimates
    ]
    return aligned(rows)


def _shown(estimate: Estimate) -> list[str]:
    return [f"{estimate.value:.3f}", f"{estimate.low:.3f} to {estimate.high:.3f}", str(estimate.count)]


def _of_groups(scores: Scores, by: str) -> str:
    groups = scores.table(by)
    columns = [name for name in GROUP_COLUMNS if any(name in group.values for group in groups)]
    rows = [[by, "utterances", *(GROUP_COLUMNS[name] for name in columns)]]
    for group in groups:
        cells = [f"{group.values[name]:.3f}" if name in group.values else "-" for name in columns]
        rows.append([group.name, str(group.count), *cells])
    return aligned(rows)


def _of_cues(scores: Scores) -> Iterator[str]:
    rows = [["cue", "precision", "recall", "F1", "labelled"]]
    for field, total in scores.cues.items():
        shares = (total.precision, total.recall, total.f1)
        rows.append(
            [field, *("-" if share is None else f"{share:.3f}" for share in shares), str(total.labelled)]
        )
    if len(rows) > 1:
        yield aligned(rows)


def _of_confusions(scores: Scores, limit: int) -> Iterator[str]:
    shown = scores.confusions()[:limit]
    if shown:
        rows = [["wanted", "first instead", "times"]]
        yield aligned([*rows, *([pair.wanted, pair.first, str(pair.count)] for pair in shown)], left=2)


def _of_examples(scores: Scores, limit: int) -> Iterator[str]:
    """Yield the utterances of each kind of mistake. Only here a report shows words."""
    if not limit:
        return
    by_worth = sorted(
        (judged for judged in scores.judged if judged.utterance.needs), key=lambda j: ndcg(j.ranked, j.grades)
    )
    kinds: dict[str, list[Judged]] = {
        "Least understood": [judged for judged in by_worth if ndcg(judged.ranked, judged.grades) < 1],
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
