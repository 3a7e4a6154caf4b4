"""How right the answers are: the library beside plain BM25 on every judged set, and weights fitted on all sets but one.

    python benchmarks/services.py [--sets FOLDER ...] [--data NAME=PATH ...] [--leave-one-out]

Not speed but fit. A set is a folder of needs and grades (`docs/how-to/judge-your-own-directory.md`). Its directory is its
`directory.ndjson`, that of `benchmarks/judged/sample` ships with the library, and `--data` says where that of a set is which
cannot be passed on: as its `build.py` reads it, else a directory. Sets without one are left out. Everything is matched as on
one day.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path
from typing import Final

from communityconnector import Directory, Matcher, read, sample
from communityconnector.testing.relevance.services import (
    GradedNeed,
    JudgedAnswer,
    JudgedSet,
    ServiceScores,
    ShownService,
    leave_one_set_out,
    rankable,
    score,
)
from communityconnector.testing.relevance.services import read as read_set
from communityconnector.testing.relevance.services.bm25 import Bm25
from communityconnector.testing.relevance.services.judging import DEPTH
from communityconnector.testing.relevance.services.measured import MEASURES
from communityconnector.testing.relevance.services.tuning_report import of_sets_left_out
from communityconnector.testing.relevance.tables import Cells, markdown

SETS: Final = Path(__file__).parent / "judged"
NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sets", nargs="+", type=Path, help="folders of judged sets; by default all of benchmarks/judged"
    )
    parser.add_argument("--leave-one-out", action="store_true", help="also fit weights on all sets but one")
    parser.add_argument(
        "--data", nargs="+", default=[], metavar="NAME=PATH", help="data of sets that have no directory"
    )
    options = parser.parse_args(arguments)
    data = dict(pair.split("=", 1) for pair in options.data)
    judged = {}
    for folder in options.sets or sorted(path.parent for path in SETS.glob("*/needs.csv")):
        directory = _directory(folder, data.get(folder.name))
        if directory is None:
            sys.stderr.write(f"{folder.name} is left out: --data {folder.name}=PATH says where its data is\n")
        else:
            judged[folder.name] = (read_set(folder, name=folder.name), directory)
    matchers = {name: Matcher(directory, clock=lambda: NOON) for name, (_, directory) in judged.items()}
    rows: Cells = [["set", "system", *(measure.title for measure in MEASURES)]]
    for name, (needs, directory) in judged.items():
        rows.append([name, "BM25", *_cells(by_words(needs, directory))])
        rows.append([name, "communityconnector", *_cells(score(matchers[name], needs))])
    sys.stdout.write(markdown(rows) + "\n")
    if options.leave_one_out:
        sets = {name: rankable(matchers[name], needs) for name, (needs, _) in judged.items()}
        sys.stdout.write("\n" + markdown(of_sets_left_out(leave_one_set_out(sets))) + "\n")
    return 0


def by_words(needs: JudgedSet, directory: Directory) -> ServiceScores:
    """Return the scores of plain BM25, which shows whatever has a word of the need, as met."""
    search = Bm25(directory.services.values())
    return ServiceScores(
        tuple(_answer_of_words(need, search.search(need.text, DEPTH)) for need in needs.needs)
    )


def _answer_of_words(need: GradedNeed, ids: Iterable[str]) -> JudgedAnswer:
    services = tuple(
        ShownService(service_id, "", "", is_met=True, score=1.0, reasons=()) for service_id in ids
    )
    return JudgedAnswer(need, services, not services)


def _directory(folder: Path, data: str | None) -> Directory | None:
    own, build = folder / "directory.ndjson", folder / "build.py"
    if data is not None:
        made: Directory = run_path(str(build))["directory"](Path(data)) if build.is_file() else read(data)
        return made
    if own.is_file():
        return read(own)
    return sample() if folder.name == "sample" else None


def _cells(scores: ServiceScores) -> list[str]:
    estimates = [scores.estimates.get(measure.name) for measure in MEASURES]
    return [
        "-" if each is None else f"{each.value:.3f} ({each.low:.2f} to {each.high:.2f})" for each in estimates
    ]


if __name__ == "__main__":
    sys.exit(main())
