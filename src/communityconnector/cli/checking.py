"""The command that checks a directory."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from contextlib import nullcontext

import click

import communityconnector as cc
from communityconnector.cli.check_report import print_report, report_dict
from communityconnector.cli.output import UNUSABLE, console_of, fail, handle_errors, public_findings
from communityconnector.cli.settings import terms_option, vocabulary_with
from communityconnector.model import by_harm


@click.command()
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Every finding, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Every finding, as CSV: one row for each finding.")
@click.option(
    "--mapping",
    type=click.Path(),
    help="The meaning of a spreadsheet's columns: a TOML file that --save-mapping writes.",
)
@terms_option
@click.option("--schemas", type=click.Path(), help="Also validate against the HSDS schemas in this folder.")
@click.option(
    "--save-mapping",
    type=click.Path(),
    help="Write to this TOML file what each column was taken for, to be edited.",
)
@handle_errors
def check(  # noqa: PLR0913  # one argument an option
    file: str,
    *,
    as_json: bool,
    as_csv: bool,
    mapping: str | None,
    terms: str | None,
    schemas: str | None,
    save_mapping: str | None,
) -> None:
    """Check a directory: what is in FILE (HSDS JSON, CSV, zip or folder, or a spreadsheet) and what is wrong with it.

    Exits with 2 if there are errors, or if there is no service in it.
    """
    console = console_of(stderr=True)
    vocabulary = vocabulary_with(None, terms)
    with console.status(f"Reading {file} ...") if console.is_terminal else nullcontext():
        directory = cc.read(file, mapping=mapping)
    findings = public_findings(directory)
    if schemas:
        from communityconnector.interchange.checks.validation import validate

        findings = by_harm((*findings, *validate(directory.for_audience(cc.Audience.PUBLIC), schemas)))
    if save_mapping:
        _save_mapping(file, mapping, save_mapping)
    if as_csv:
        _print_csv(findings)
    elif as_json:
        click.echo(
            json.dumps(
                report_dict(directory, findings, vocabulary), ensure_ascii=False, indent=1, default=str
            )
        )
    else:
        print_report(directory, findings, vocabulary)
    errors = any(finding.severity is cc.Severity.ERROR for finding in findings)
    sys.exit(UNUSABLE if errors or not directory.services else 0)


def _save_mapping(file: str, mapping: str | None, path: str) -> None:
    from communityconnector.interchange import columns_of

    guesses = columns_of(file, mapping=mapping)
    if not guesses:
        fail("FILE is not a plain spreadsheet, so it has no columns to name")
    try:
        cc.ColumnMapping({column: guess.field for column, guess in guesses.items()}).save(path, guesses)
    except OSError as error:
        fail(f"{path}: cannot be written ({error.strerror})")


def _print_csv(findings: Iterable[cc.Finding]) -> None:
    import attrs

    from communityconnector.interchange.writing.table_writer import cell

    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = ["harm", *(field.name for field in attrs.fields(cc.Finding))]
    writer.writerow(names)
    for finding in findings:
        writer.writerow([cell(getattr(finding, name)) for name in names])
