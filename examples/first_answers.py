"""Print what a desk would see first for twenty needs: three programs each, with their reasons and questions.

    python examples/first_answers.py [DIRECTORY] [--needs NEEDS.csv] [--count 20]

By default for needs of `benchmarks/judged/sample` over the directory that ships with the library. The needs are a table
with the columns of that set: `need_id`, `text`, `near`, `age`, `language`. Read the answers as the person who asked.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import communityconnector as cc

NEEDS = Path(__file__).parents[1] / "benchmarks" / "judged" / "sample" / "needs.csv"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
"""A fixed moment, so that the same directory always has the same answers."""
MARKS = {cc.Answer.MET: "+", cc.Answer.UNKNOWN: "?", cc.Answer.UNMET: "-"}


def main() -> None:
    """Print the first answers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", nargs="?", help="an HSDS file or folder, or a spreadsheet")
    parser.add_argument("--needs", type=Path, default=NEEDS, help="a CSV of needs")
    parser.add_argument("--count", type=int, default=20, help="how many needs, evenly from the whole table")
    options = parser.parse_args()
    directory = cc.read(options.directory) if options.directory else cc.sample()
    matcher = cc.Matcher(directory, clock=lambda: NOON, zone="America/New_York")
    with options.needs.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    step = max(1, len(rows) // options.count)
    for row in rows[::step][: options.count]:
        print("\n".join(shown(matcher, row)), end="\n\n")


def shown(matcher: cc.Matcher, row: dict[str, str]) -> Iterator[str]:
    """Yield what a desk would see for a need, line by line."""
    age = float(row["age"]) if row.get("age") else None
    need = cc.Need(row["text"], near=row.get("near") or None, age=age, language=row.get("language") or None)
    result = matcher.match(need, limit=20)
    near = f", near {row['near']}" if row.get("near") else ""
    yield f"“{row['text']}”{near}"
    for line in result.urgent[:2]:
        yield f"  ! {line.name}: {line.reach}"
    yield f"  Understood: {', '.join(concept.name for concept in result.interpretation.concepts) or 'nothing'}"
    if result.advice:
        yield f"  {result.advice}"
    for number, program in enumerate(result.programs[:3], start=1):
        first = program[0]
        more = f" (and {len(program) - 1} more places)" if len(program) > 1 else ""
        yield f"  {number}. {first.service.name}, {first.agency_name or 'no agency named'}{more}: {first.score:.2f}"
        for reason in first.reasons:
            yield f"     {MARKS[reason.answer]} {reason.text}"


if __name__ == "__main__":
    main()
