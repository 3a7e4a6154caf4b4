"""The command line: a thin face over the library.

Exit codes: 0 all well; 1 nothing matched; 2 the input cannot be used, or the output not be written; 141 whoever
read the output has gone (`| head`).
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import nullcontext, redirect_stdout
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NoReturn, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

import communityconnector as cc

if TYPE_CHECKING:
    from geopy.distance import Distance
    from rich.console import Console
    from rich.text import Text

    from communityconnector.plugins import PluginReport

NOTHING_MATCHED: Final = 1
UNUSABLE: Final = 2
NO_READER: Final = 128 + 13
"""As a shell reports a program that ended by SIGPIPE."""
SAMPLE_ZONE: Final = "America/New_York"


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Quiet(stderr=stderr, highlight=False, soft_wrap=True)


def _fail(message: str) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(UNUSABLE)


P = ParamSpec("P")
T = TypeVar("T")


def _honest(command: Callable[P, T]) -> Callable[P, T]:
    """Show the library's own errors, and an output that cannot be written, as one line; exit with 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            try:
                return command(*args, **kwargs)
            finally:
                sys.stdout.flush()
        except cc.CommunityConnectorError as error:
            _fail(str(error))
        except OSError as error:
            # The library names its own files' errors; this one is the output's. Nothing more can be written to it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                sys.exit(NO_READER)
            _fail(f"the output cannot be written: {error.strerror}")

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="communityconnector")
def main() -> None:
    """Connect library patrons with the agencies that can help."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a letter shows a question mark, rather than a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _read(path: str | None) -> cc.Directory:
    """The directory of a file, or the one that ships with the library; ends the program if it has no service."""
    if path is None:
        return cc.sample()
    console = _console(stderr=True)
    with console.status(f"Reading {path} ...") if console.is_terminal else nullcontext():
        directory = cc.read(path)
    errors = [f for f in _shown(directory) if f.severity is cc.Severity.ERROR]
    if not directory.services:
        first = errors[0] if errors else None
        reason = f"{first.where}: {first.message}" if first else f"{path}: no service in it"
        _fail(f"{reason}. Nothing can be matched; `communityconnector check` says more.")
    if errors:
        noun = "error" if len(errors) == 1 else "errors"
        click.echo(f"Note: {len(errors)} {noun} in {path}; `communityconnector check` lists them.", err=True)
    return directory


def _shown(directory: cc.Directory) -> tuple[cc.Finding, ...]:
    """Findings without the raw values of confidential places."""
    return directory.for_audience(cc.Audience.PUBLIC).findings


@main.command()
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Every finding, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Every finding, as CSV: a row a finding.")
@click.option(
    "--mapping", type=click.Path(), help="What a spreadsheet's columns mean: a CSV of column,field."
)
@click.option("--schemas", type=click.Path(), help="Also validate against the HSDS schemas in this folder.")
@click.option("--save-mapping", type=click.Path(), help="Write what the columns were taken for to this CSV.")
@_honest
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
    console = _console(stderr=True)
    with console.status(f"Reading {file} ...") if console.is_terminal else nullcontext():
        directory = cc.read(file, mapping=mapping)
    findings = _shown(directory)
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
        _fail("this is no plain spreadsheet, so there are no columns to name")
    try:
        cc.ColumnMapping(columns).save(path)
    except OSError as error:
        _fail(f"{path}: cannot be written ({error.strerror})")


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
    console = _console()
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
            console.print(_line((f"{severity.value} ", _STYLES[severity]), (f"{rule}, {times}", "bold")))
            for finding in group[:3]:
                console.print(_line((f"    {_describe(finding)}", "")))
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


_DISTANCE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mi|miles?|km|kilomet(?:er|re)s?)?\s*", re.IGNORECASE)


def _within(_: click.Context, __: click.Parameter, value: str | None) -> Distance | None:
    if value is None:
        return None
    found = _DISTANCE.fullmatch(value)
    if not found:
        message = f"{value!r} is no distance; write 10, 10mi or 16km"
        raise click.BadParameter(message)
    unit = (found[2] or "mi").lower()
    return (cc.kilometers if unit.startswith("k") else cc.miles)(float(found[1]))


def _moment(text: str | None, zone: ZoneInfo | None) -> datetime | None:
    if text is None:
        return None
    if text.strip().lower() == "now":
        return datetime.now(zone).astimezone(zone)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"--open-at {text!r} is no date and time; write 2026-11-24T23:30, or now"
        raise click.UsageError(message) from None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None and zone else moment.astimezone(zone)


def _zone(_: click.Context, __: click.Parameter, value: str | None) -> ZoneInfo | None:
    if value is None:
        return None
    try:
        return ZoneInfo(value)
    except (ValueError, LookupError, OSError):
        message = f"{value!r} is no IANA time zone; write for example America/New_York"
        raise click.BadParameter(message) from None


@main.command()
@click.argument("text")
@click.option("--near", metavar="PLACE", help='US ZIP code, or "latitude,longitude".')
@click.option(
    "--within", metavar="DISTANCE", callback=_within, help="How far at most: 10 (miles), 10mi, 16km."
)
@click.option("--age", type=click.FloatRange(0, 130), help="Age in years of the one who needs it.")
@click.option("--language", metavar="LANGUAGE", help="Language to be served in: es, Spanish, ...")
@click.option("--open-at", metavar="TIME", help="Open at this time: 2026-11-24T23:30, or now.")
@click.option("--zone", callback=_zone, help="IANA zone of the directory's times; else this computer's.")
@click.option(
    "--directory", "file", type=click.Path(), help="HSDS file or folder; else the sample that ships."
)
@click.option(
    "--audience", type=click.Choice([a.value for a in cc.Audience]), default="public", show_default=True
)
@click.option("--rank", type=click.Choice([r.value for r in cc.Rank]), default="score", show_default=True)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="Most results to show."
)
@click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")
@_honest
def match(  # noqa: PLR0913  # one argument an option
    text: str,
    *,
    near: str | None,
    within: Distance | None,
    age: float | None,
    language: str | None,
    open_at: str | None,
    zone: ZoneInfo | None,
    file: str | None,
    audience: str,
    rank: str,
    limit: int,
    as_json: bool,
) -> None:
    """Find services that fit TEXT, a need in plain words, and say why. Exits with 1 if nothing fits."""
    if zone is None and file is None:
        zone = ZoneInfo(SAMPLE_ZONE)
    need = cc.Need(text, near=near, within=within, age=age, language=language, open_at=_moment(open_at, zone))
    matcher = cc.Matcher(_read(file), audience=audience, zone=zone)
    result = matcher.match(need, limit=limit, rank=rank)
    if as_json:
        click.echo(json.dumps(result.to_dict(), ensure_ascii=False, indent=1))
    else:
        _print_result(_console(), result)
    sys.exit(0 if result else NOTHING_MATCHED)


def _line(*parts: tuple[str, str]) -> Text:
    """Text in styles; control characters, which a file may carry, cannot reach the terminal."""
    from rich.text import Text

    line = Text()
    for words, style in parts:
        line.append("".join(letter if letter.isprintable() else " " for letter in words), style)
    return line


_MARKS: Final = {
    cc.Answer.MET: ("  + ", "green"),
    cc.Answer.UNKNOWN: ("  ? ", "yellow"),
    cc.Answer.UNMET: ("  - ", "red"),
}


def _print_result(console: Console, result: cc.MatchResult) -> None:
    for line in result.urgent:
        ways = (f"call {line.phone}" if line.phone else "", f"text {line.text}" if line.text else "")
        reach = " or ".join(filter(None, ways))
        console.print(_line((f"Now: {line.name}: {reach}", "bold red")))
    understood = ", ".join(found.name for found in result.interpretation.concepts)
    if understood:
        console.print(_line(("Understood: ", "dim"), (understood, "")))
    elif result.interpretation.library_business:
        console.print(_line(("This sounds like library business rather than a need for a service.", "")))
    doubtful = False
    for number, found in enumerate(result, start=1):
        if found.reasons[0].answer is not cc.Answer.MET and not doubtful:
            doubtful = True
            words = (
                "Perhaps, if one asks:" if number > 1 else "Nothing is known to fit. Perhaps, if one asks:"
            )
            console.print()
            console.print(_line((words, "bold yellow")))
        _print_match(console, number, found)
    if not result:
        console.print(_line(("Nothing in this directory fits.", "bold")))
    for criterion, count in result.ruled_out.items():
        noun = "offer" if count == 1 else "offers"
        console.print(_line((f"{count} more {noun} for this need ruled out by {criterion}", "dim")))
    if result.total > len(result):
        console.print(_line((f"{result.total - len(result)} more fit; --limit shows more", "dim")))


def _print_match(console: Console, number: int, found: cc.Match) -> None:
    console.print()
    console.print(_line((f"{number}. {found.service.name}", "bold"), (f"   {found.score:.2f}", "dim")))
    agency = found.organization.name if found.organization else ""
    phone = found.offer.phones[0].number if found.offer.phones else ""
    facts = [agency, _address(found.location), phone]
    console.print(_line(("   " + " · ".join(filter(None, facts)), "")))
    for reason in found.reasons:
        mark, style = _MARKS[reason.answer]
        console.print(_line((mark, style), (reason.text, "")))


def _address(place: cc.Location | None) -> str:
    if place is None:
        return ""
    for address in place.addresses:
        if address.address_type != "postal":
            return ", ".join(filter(None, (address.address_1, address.address_2, address.city)))
    return place.name or ""


_TOUR: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("A warm meal, not too far", {"text": "soup kitchen", "near": "28694", "within": cc.miles(10)}),
    (
        "A bed tonight for somebody of 19, at half past eleven",
        {"text": "somewhere to sleep tonight", "near": "28694", "age": 19, "open_at": "2026-11-24T23:30"},
    ),
    ("A lawyer, in Spanish", {"text": "papeles de inmigracion", "near": "28640", "language": "es"}),
    (
        "A nurse: the one who visits the library every second Tuesday",
        {"text": "talk to a nurse", "near": "28694", "open_at": "2026-12-08T11:00"},
    ),
    ("Somebody in danger: the lines to call come first", {"text": "my boyfriend hit me", "near": "28694"}),
)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The answers, as JSON.")
@_honest
def demo(*, as_json: bool) -> None:
    """A short tour: real matches for real needs in the fictional directory that ships with the library."""
    zone = ZoneInfo(SAMPLE_ZONE)
    matcher = cc.Matcher(cc.sample(), zone=zone, clock=lambda: datetime(2026, 11, 24, 12, tzinfo=zone))
    console = _console()
    answers = []
    if not as_json:
        services, agencies = len(matcher.directory.services), len(matcher.directory.organizations)
        welcome = (
            f"{services} services of {agencies} invented agencies in and around Ashe County, North Carolina."
        )
        console.print(_line((welcome, "")))
        console.print(_line(("+ met   ? unknown: a question to ask", "dim")))
    for title, asked in _TOUR:
        moment = asked.get("open_at")
        need = cc.Need(
            **{**asked, "open_at": datetime.fromisoformat(moment).replace(tzinfo=zone) if moment else None}
        )
        result = matcher.match(need, limit=2)
        if as_json:
            answers.append({"title": title, **result.to_dict()})
        else:
            console.print()
            console.rule(_line((title, "bold cyan")), align="left")
            console.print(_line((f"$ {_as_command(asked)}", "dim")))
            _print_result(console, result)
    if as_json:
        click.echo(json.dumps(answers, ensure_ascii=False, indent=1))


def _as_command(asked: dict[str, Any]) -> str:
    """The command that asks the same."""
    words = [f'communityconnector match "{asked["text"]}"']
    if "within" in asked:
        words.append(f"--within {asked['within'].miles:g}mi")
    plain = ("near", "age", "language", "open_at")
    words.extend(f"--{name.replace('_', '-')} {asked[name]}" for name in plain if name in asked)
    return " ".join(words)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The same, as JSON.")
@click.option(
    "--allow", metavar="NAME", multiple=True, help="Load this installed plugin; * for all. May be repeated."
)
@_honest
def plugins(*, as_json: bool, allow: tuple[str, ...]) -> None:
    """List the plugins that are installed, what each adds, and why one does not work.

    None is loaded, and none of its code is run, unless it is allowed.
    """
    from communityconnector.plugins import Plugins

    # What a plugin prints as it is imported must not mix with the list.
    with redirect_stdout(sys.stderr):
        reports = Plugins(allow=allow).report()
    if as_json:
        import attrs

        click.echo(json.dumps([attrs.asdict(report) for report in reports], ensure_ascii=False, indent=1))
    else:
        _print_plugins(_console(), reports)


def _print_plugins(console: Console, reports: Iterable[PluginReport]) -> None:
    for report in reports:
        package = f"{report.distribution} {report.version}".strip()
        console.print(
            _line((report.name, "bold"), (f" ({package})" if package else "", ""), (f": {report.state}", ""))
        )
        for words in (", ".join(report.hooks), report.error):
            if words:
                console.print(_line((f"    {words}", "dim")))
