"""How much a directory can say: for each criterion, how many services answer that it is met, unmet or unknown.

    python benchmarks/criteria.py DIRECTORY NEEDS

NEEDS is a record a line, as JSON: a text, a place (`near`), an age and a language, the last three where they are known. Every
service of the directory answers every need; of a service at several places the best answer counts. Everything is matched as
on one day.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from communityconnector import Directory, Matcher, Need, read
from communityconnector.matching import Explanation
from communityconnector.matching.answers import KINDS, kind_of
from communityconnector.testing.relevance.tables import Cells, markdown

NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
BEST_FIRST: Final = ("met", "possible", "unknown", "doubtful", "unlikely", "unmet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="a directory in any form that `read` reads")
    parser.add_argument("needs", type=Path, help="needs, a JSON object a line")
    options = parser.parse_args(arguments)
    needs = [
        _need(json.loads(line)) for line in options.needs.read_text(encoding="utf-8").splitlines() if line
    ]
    sys.stdout.write(markdown(table(answers(read(options.directory), needs))) + "\n")
    return 0


def _need(raw: Mapping[str, Any]) -> Need:
    return Need(raw["text"], near=raw.get("near"), age=raw.get("age"), language=raw.get("language"))


def answers(directory: Directory, needs: Iterable[Need]) -> dict[str, Counter[str]]:
    """Return how often each criterion was answered in each way, over all needs and services."""
    matcher = Matcher(directory, clock=lambda: NOON)
    counted: dict[str, Counter[str]] = {}
    for need in needs:
        for service_id in directory.services:
            for criterion, kind in _best(matcher.explain(need, service_id)).items():
                counted.setdefault(criterion, Counter())[kind] += 1
    return counted


def _best(explanations: Iterable[Explanation]) -> dict[str, str]:
    """Return the best answer of a service's offers to each criterion."""
    best: dict[str, str] = {}
    for explanation in explanations:
        for reason in explanation.reasons:
            kind, known = kind_of(reason), best.get(reason.criterion, BEST_FIRST[-1])
            best[reason.criterion] = min(kind, known, key=BEST_FIRST.index)
    return best


def table(counted: Mapping[str, Counter[str]]) -> Cells:
    """Return the table: a row for each criterion, a column for each kind of answer."""
    rows: Cells = [["criterion", "asked", *KINDS]]
    for criterion, kinds in sorted(counted.items()):
        rows.append([criterion, f"{kinds.total():,}", *(f"{kinds[kind]:,}" for kind in KINDS)])
    return rows


if __name__ == "__main__":
    sys.exit(main())
