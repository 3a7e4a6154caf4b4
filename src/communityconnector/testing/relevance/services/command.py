"""The commands that write the sheet to judge, report how right a directory's answers are, and fit weights."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from communityconnector.interchange import read as read_directory
from communityconnector.matcher import Matcher
from communityconnector.matching import read_weights, write_weights
from communityconnector.model import Directory
from communityconnector.sample_directory import sample
from communityconnector.testing.relevance.commands import CommandError, Commands, show_findings
from communityconnector.testing.relevance.services.judged_sets import GRADES, JudgedSet, read
from communityconnector.testing.relevance.services.measured import GROUPINGS
from communityconnector.testing.relevance.services.report import Form, report
from communityconnector.testing.relevance.services.scores import Parts, compare, score, together
from communityconnector.testing.relevance.services.sheet import write_sheet
from communityconnector.testing.relevance.services.tuning import leave_one_set_out, rankable, tune
from communityconnector.testing.relevance.services.tuning_report import of_sets_left_out, of_weights
from communityconnector.testing.relevance.tables import aligned

DIRECTORY: Final = "directory.ndjson"
"""The file in the folder of a judged set that holds its directory, if there is one."""


def add(commands: Commands) -> None:
    """Add the commands `sheet`, `services` and `tune`."""
    _add_sheet(commands)
    _add_services(commands)
    _add_tune(commands)


def _add_sheet(commands: Commands) -> None:
    parser = commands.add_parser(
        "sheet",
        help="write the services to grade for typical needs",
        description="Write a sheet of services for each need, to be graded: "
        + "; ".join(f"{grade} {meaning}" for grade, meaning in GRADES.items())
        + ".",
    )
    parser.add_argument(
        "needs", help="a CSV file with the columns need_id and text, or the folder of a judged set"
    )
    parser.add_argument("sheet", type=Path, help="the CSV file to write")
    _add_directory(parser)
    parser.set_defaults(run=_write_sheet)


def _add_services(commands: Commands) -> None:
    parser = commands.add_parser(
        "services",
        help="how right a directory's answers to graded needs are",
        description="Report how right the answers of a directory are, and what to mend in it.",
    )
    _add_sets(parser)
    parser.add_argument("--weights", metavar="FILE", help="weights of your own, as `tune` writes them")
    parser.add_argument(
        "--by",
        type=lambda text: tuple(filter(None, text.split(","))),
        default=("language",),
        help=f"groupings, with commas between: {', '.join(GROUPINGS)}",
    )
    parser.add_argument(
        "--form",
        choices=[form.value for form in Form],
        default=Form.TEXT.value,
        help="markdown and html also show the first five services of every need",
    )
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="keep the figures of this run, to compare later ones"
    )
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="show the gain over a run that was saved"
    )
    parser.set_defaults(run=_report)


def _add_tune(commands: Commands) -> None:
    parser = commands.add_parser(
        "tune",
        help="fit the weights of the ranking to graded needs",
        description="Write weights that are better on graded needs, for `communityconnector match --weights`.",
    )
    _add_sets(parser)
    parser.add_argument("--out", metavar="FILE", required=True, help="the CSV file of weights to write")
    parser.add_argument("--weights", metavar="FILE", help="weights to start from; by default those that ship")
    parser.add_argument(
        "--leave-one-out",
        action="store_true",
        help="also measure each set with weights that were fitted on the others",
    )
    parser.set_defaults(run=_tune)


def _add_sets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sets", nargs="+", metavar="FOLDER", help="a judged set: a folder of needs and grades"
    )
    _add_directory(parser)


def _add_directory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--directory",
        metavar="FILE",
        help=f"the directory; by default {DIRECTORY} in the folder, else the sample that ships",
    )
    parser.add_argument(
        "--at",
        type=datetime.fromisoformat,
        metavar="TIME",
        help="match as at this time, such as 2026-11-30T12:00, so that figures do not change by the day",
    )


def _write_sheet(options: argparse.Namespace) -> None:
    if options.sheet.exists():
        message = f"{options.sheet} exists and may hold grades: name another file"
        raise CommandError(message)
    judged_set = _read_set(options.needs)
    matcher = _matcher(options, options.needs)
    try:
        with options.sheet.open("w", encoding="utf-8-sig", newline="") as file:
            count = write_sheet(matcher, judged_set.needs, file)
    except OSError as error:
        message = f"{options.sheet} cannot be written ({error.strerror})"
        raise CommandError(message) from None
    sys.stdout.write(f"{count} services to grade for {len(judged_set.needs)} needs are in {options.sheet}\n")


def _report(options: argparse.Namespace) -> None:
    weights = read_weights(options.weights) if options.weights else None
    matchers = [_matcher(options, folder, weights) for folder in options.sets]
    scores = together(
        *(score(matcher, _read_set(folder)) for matcher, folder in zip(matchers, options.sets, strict=True))
    )
    show_findings(scores.findings)
    comparison = compare(_read_parts(options.against), scores.parts) if options.against else None
    services = {key: value for matcher in matchers for key, value in matcher.directory.services.items()}
    text = report(
        scores, Directory.of(services.values()), form=options.form, by=options.by, comparison=comparison
    )
    sys.stdout.write(text + "\n")
    if options.save:
        _write(options.save, json.dumps(scores.parts, indent=1))


def _tune(options: argparse.Namespace) -> None:
    start = read_weights(options.weights) if options.weights else None
    if options.leave_one_out and len(set(options.sets)) == 1:
        message = "--leave-one-out needs two sets or more"
        raise CommandError(message)
    sets = {folder: rankable(_matcher(options, folder), _read_set(folder)) for folder in options.sets}
    tuned = tune([need for needs in sets.values() for need in needs], start)
    try:
        write_weights(tuned.weights, options.out)
    except OSError as error:
        message = f"{options.out} cannot be written ({error.strerror})"
        raise CommandError(message) from None
    sys.stdout.write(f"{aligned(of_weights(tuned))}\n\nThe weights are in {options.out}\n")
    if options.leave_one_out:
        table = aligned(of_sets_left_out(leave_one_set_out(sets, start)))
        sys.stdout.write(f"\nEach set with weights that were fitted on the others:\n{table}\n")


def _read_set(folder: str) -> JudgedSet:
    judged_set = read(folder, name=Path(folder).name)
    show_findings(judged_set.findings)
    if not judged_set.needs:
        message = f"{folder} has no need that can be used"
        raise CommandError(message)
    return judged_set


def _matcher(options: argparse.Namespace, folder: str, weights: dict[str, float] | None = None) -> Matcher:
    own = Path(folder) / DIRECTORY
    directory = _directory(options.directory or (str(own) if own.is_file() else None))
    moment = options.at
    if moment is None:
        return Matcher(directory, weights=weights)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Matcher(directory, weights=weights, clock=lambda: moment)


def _directory(file: str | None) -> Directory:
    if file is None:
        return sample()
    directory = read_directory(file)
    if not directory.services:
        message = f"{file} has no service that can be read; `communityconnector check` shows why"
        raise CommandError(message)
    return directory


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{file} cannot be written ({error.strerror})"
        raise CommandError(message) from None


def _read_parts(file: Path) -> Parts:
    try:
        values: Any = json.loads(file.read_text(encoding="utf-8"))
        return {
            key: {name: (part[0], part[1]) for name, part in measures.items()}
            for key, measures in values.items()
        }
    except (OSError, ValueError, AttributeError, LookupError, TypeError):
        message = f"{file} is not a run that was saved with --save"
        raise CommandError(message) from None
