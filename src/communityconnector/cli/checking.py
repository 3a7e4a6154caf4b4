"""The command that judges a directory."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, Final

import click

import communityconnector as cc
from communityconnector.cli.output import UNUSABLE, console_of, fail, honest, line_of, shown


@click.command()
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Every finding, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Every finding, as CSV: a row a finding.")
@click.option(
    "--mapping", type=click.Path(), help="What a spreadsheet's columns mean: a CSV of column,field."
)
@click.option("--schemas", type=click.Path(), help="Also validate against the HSDS schemas in this folder.")
@click.option("--save-mapping", type=click.Path(), help="Write what the columns were taken for to this CSV.")
@honest
def check(  # noqa: PLR0913  # one argument an option
    file: str,
    *,
    as_json: bool,
    as_csv: bool,
    mapping: str | None,
    schemas: str | None,
    save_mapping: str | None,
) -> None:
    """Judge a directory: what is in FILE (HSDS JSON, CSV, zip or folder, or a spreadsheet) and what is wrong with it.

    Exits with 2 if there are errors, or if there is no service in it.
    """
    console = console_of(stderr=True)
    with console.status(f"Reading {file} ...") if console.is_terminal else nullcontext():
        directory = cc.read(file, mapping=mapping)
    findings = shown(directory)
    if schemas:
        from communityconnector.interchange.validation import validate

        findings += validate(directory.for_audience(cc.Audience.PUBLIC), schemas)
    if save_mapping:
        _save_mapping(directory, save_mapping)
    if as_csv:
        _print_csv(findings)
    elif as_json:
        click.echo(json.dumps(_check_dict(directory, findings), ensure_ascii=False, indent=1, default=str))
    else:
        _print_check(directory, findings)
    errors = any(finding.severity is cc.Severity.ERROR for finding in findings)
    sys.exit(UNUSABLE if errors or not directory.services else 0)


def _save_mapping(directory: cc.Directory, path: str) -> None:
    columns = directory.dataset.get("columns")
    if columns is None:
        fail("this is no plain spreadsheet, so there are no columns to name")
    try:
        cc.ColumnMapping(columns).save(path)
    except OSError as error:
        fail(f"{path}: cannot be written ({error.strerror})")


def _print_csv(findings: Iterable[cc.Finding]) -> None:
    import attrs

    from communityconnector.interchange.tabular_writer import cell

    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = [field.name for field in attrs.fields(cc.Finding)]
    writer.writerow(names)
    for finding in findings:
        writer.writerow([cell(getattr(finding, name)) for name in names])


def _check_dict(directory: cc.Directory, findings: Iterable[cc.Finding]) -> dict[str, Any]:
    import attrs

    return {
        "services": len(directory.services),
        "organizations": len(directory.organizations),
        "locations": len(directory.locations),
        "findings": [attrs.asdict(finding) for finding in findings],
    }


_STYLES: Final = {cc.Severity.ERROR: "bold red", cc.Severity.WARNING: "yellow", cc.Severity.INFO: "dim"}


def _print_check(directory: cc.Directory, findings: tuple[cc.Finding, ...]) -> None:
    console = console_of()
    counts: Counter[cc.Severity] = Counter()
    for finding in findings:
        counts[finding.severity] += finding.count
    found = (
        f"{len(directory.services)} services, {len(directory.organizations)} organizations, "
        f"{len(directory.locations)} locations"
    )
    console.print(found, style="bold", markup=False)
    for severity in cc.Severity:
        rules: dict[str, list[cc.Finding]] = {}
        for finding in findings:
            if finding.severity is severity:
                rules.setdefault(finding.rule, []).append(finding)
        for rule, group in sorted(rules.items(), key=lambda item: -sum(f.count for f in item[1])):
            count = sum(finding.count for finding in group)
            times = f"{count} times" if count > 1 else "once"
            console.print(line_of((f"{severity.value} ", _STYLES[severity]), (f"{rule}, {times}", "bold")))
            for finding in group[:3]:
                console.print(line_of((f"    {_describe(finding)}", "")))
    verdict = f"{counts[cc.Severity.ERROR]} errors, {counts[cc.Severity.WARNING]} warnings"
    console.print(verdict, style="bold", markup=False)
    if not directory.services:
        console.print("It has no service, so nothing can be matched in it.", markup=False)


def _describe(finding: cc.Finding) -> str:
    place = finding.where or f"{finding.entity} {finding.record_id}".strip()
    value = "" if finding.value is None else f" (found: {_short(finding.value)})"
    action = f"; {finding.action}" if finding.action else ""
    return f"{place}: {finding.message}{value}{action}" if place else f"{finding.message}{value}{action}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
