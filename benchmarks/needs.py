"""How well words lead to needs, by cross-validation on the corpus, as tables for `docs/explanation/what-is-understood.md`.

    python benchmarks/needs.py [--folds 5] [--curve] [--leave-author-out] [--corpus corpus/utterances]

Every utterance is judged by an interpreter that was fitted without its part of the corpus. Needs scipy, and for each
part the time of `corpus/build_model.py`.

`categories` answers an outside scorer: python eval_needs.py --callable benchmarks.needs:categories
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import attrs

from communityconnector.needs import Cues, Interpreter, PatronInterpreter, interpreter, open_eligibility_codes
from communityconnector.needs.learned.model import LearnedModel
from communityconnector.testing import relevance
from communityconnector.testing.relevance.tables import Cells, markdown
from communityconnector.testing.relevance.words import Judged, Judgments, Scores, Utterance
from communityconnector.testing.relevance.words.report import summary, tables

Fit = Callable[[Sequence[Utterance]], Interpreter]
"""Returns an interpreter that was fitted on utterances."""

CORPUS: Final = Path(__file__).parents[1] / "corpus" / "utterances"
SIZES: Final = (500, 1_000, 2_000, 4_000, 8_000, 16_000)
"""The sizes of the learning curve, before all that there is."""
BY: Final = ("register", "language", "crisis")


# For an outside scorer

CUES: Final = "age age_groups language accessibility situations barriers urgency time children".split()
"""The cues that it compares."""


def categories(text: str) -> dict[str, object]:
    """Open Eligibility ids for what a patron says, best first, whether it is no need, its cues, and whether it is a crisis."""
    understood = interpreter().interpret(text)
    codes = open_eligibility_codes(understood)
    return {
        "categories": list(codes),
        "abstain": not codes,
        "cues": _as_json(understood.cues),
        "crisis": bool(understood.dangers),
    }


def _as_json(cues: Cues) -> dict[str, object]:
    values = {name: getattr(cues, name) for name in CUES}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


# For the page


def learn(utterances: Sequence[Utterance]) -> Interpreter:
    """Return an interpreter whose model was trained on utterances and the vocabulary, as `corpus/build_model.py` does."""
    return PatronInterpreter(learned=LearnedModel(builder().train(examples_of(utterances))))


def examples_of(utterances: Sequence[Utterance]) -> list[Any]:
    """Return what utterances and the vocabulary teach, as `corpus/build_model.py` reads it from their files."""
    program = builder()
    taught = (
        program.example_of(
            utterance.text, utterance.needs, utterance.related, utterance.crisis or "", utterance.register
        )
        for utterance in utterances
    )
    return [*program.of_vocabulary(), *taught]


@cache
def builder() -> ModuleType:
    """Return the program that builds the model, which stands in no package."""
    sys.path.insert(0, str(CORPUS.parent))
    return import_module("build_model")


def fold_of(utterance: Utterance, count: int) -> int:
    """Return the fold of an utterance, by its words: the same wherever it stands in the corpus."""
    return int.from_bytes(sha256(utterance.text.encode()).digest()[:4]) % count


def cross_validate(fit: Fit, judgments: Judgments, part_of: Callable[[Utterance], object]) -> Scores:
    """Return the scores of a corpus, each part of which is judged by an interpreter fitted on the others."""
    parts: dict[object, list[Utterance]] = {}
    for utterance in judgments.utterances:
        parts.setdefault(part_of(utterance), []).append(utterance)
    judged: list[Judged] = []
    for part, members in parts.items():
        others = [each for name, part_members in parts.items() if name != part for each in part_members]
        judged += relevance.words.score(
            fit(others), attrs.evolve(judgments, utterances=tuple(members))
        ).judged
    return Scores(tuple(judged))


def learning_curve(
    fit: Fit, judgments: Judgments, count: int, sizes: Sequence[int] = SIZES
) -> Mapping[int, Scores]:
    """Return the scores of one fold by an interpreter that was fitted on so many utterances of the others."""
    by_hash = sorted(judgments.utterances, key=lambda utterance: sha256(utterance.text.encode()).hexdigest())
    judged = [utterance for utterance in by_hash if fold_of(utterance, count) == 0]
    others = [utterance for utterance in by_hash if fold_of(utterance, count)]
    held_out = attrs.evolve(judgments, utterances=tuple(judged))
    used = [*(size for size in sizes if size < len(others)), len(others)]
    return {size: relevance.words.score(fit(others[:size]), held_out) for size in used}


def curve_rows(curve: Mapping[int, Scores]) -> Cells:
    """Return a learning curve as a table."""
    names = {
        "ndcg": "nDCG@5",
        "top1": "top-1",
        "hit3": "hit@3",
        "declined": "declined",
        "flagged": "flagged",
        "false_alarms": "false alarms",
    }
    rows = [["fitted on", *names.values()]]
    for size, scores in curve.items():
        values = (scores.estimates.get(name) for name in names)
        rows.append([f"{size:,}", *("-" if value is None else f"{value.value:.3f}" for value in values)])
    return rows


def pages(fit: Fit, judgments: Judgments, options: argparse.Namespace) -> Iterator[str]:
    """Yield what is asked for, piece by piece, as Markdown."""
    if options.curve:
        yield "The learning curve:"
        yield markdown(curve_rows(learning_curve(fit, judgments, options.folds)))
    scores = cross_validate(fit, judgments, lambda utterance: fold_of(utterance, options.folds))
    yield f"{summary(scores)}. Each fold of {options.folds} judged by an interpreter fitted on the others:"
    yield from map(markdown, tables(scores, BY, options.confusions))
    if options.leave_author_out:
        scores = cross_validate(fit, judgments, lambda utterance: utterance.author)
        yield "Each author judged by an interpreter fitted on the others:"
        yield from map(markdown, tables(scores, ("author",), 0))


def main(arguments: Sequence[str] | None = None, fit: Fit = learn) -> None:
    """Print the tables.

    Args:
        arguments: those of the command line.
        fit: returns an interpreter that was fitted on utterances.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folds", type=int, default=5, help="parts of the corpus")
    parser.add_argument("--curve", action="store_true", help="also the learning curve")
    parser.add_argument(
        "--leave-author-out", action="store_true", help="also each author judged by the others"
    )
    parser.add_argument("--confusions", type=int, default=15, help="how many confusions to print")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="a labelled file, or a folder of them")
    options = parser.parse_args(arguments)
    for piece in pages(fit, relevance.words.read(options.corpus), options):
        print(f"{piece}\n")


if __name__ == "__main__":
    main()
