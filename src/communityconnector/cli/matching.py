"""The commands that match, and show what a match looks like."""

from __future__ import annotations

import json
import re
import sys
from contextlib import ExitStack, nullcontext
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

import communityconnector as cc
from communityconnector.cli.desk import URL_HELP
from communityconnector.cli.output import (
    NOTHING_MATCHED,
    console_of,
    fail,
    handle_errors,
    line_of,
    public_findings,
)
from communityconnector.cli.settings import terms_option, vocabulary_with, weights_option, words_option
from communityconnector.matching import read_weights

if TYPE_CHECKING:
    from geopy.distance import Distance
    from rich.console import Console

SAMPLE_ZONE: Final = "America/New_York"


def read(path: str | None, mapping: str | None = None) -> cc.Directory:
    """Read a file, or the directory that ships with the library. End the program if there is no service in it."""
    if path is None:
        return cc.sample()
    console = console_of(stderr=True)
    with console.status(f"Reading {path} ...") if console.is_terminal else nullcontext():
        directory = cc.read(path, mapping=mapping)
    errors = [f for f in public_findings(directory) if f.severity is cc.Severity.ERROR]
    if not directory.services:
        first = errors[0] if errors else None
        reason = f"{first.where}: {first.message}" if first else f"{path}: no service in it"
        fail(f"{reason}. Nothing can be matched; `communityconnector check` shows more.")
    if errors:
        noun = "error" if len(errors) == 1 else "errors"
        click.echo(f"Note: {len(errors)} {noun} in {path}; `communityconnector check` lists them.", err=True)
    return directory


_DISTANCE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mi|miles?|km|kilomet(?:er|re)s?)?\s*", re.IGNORECASE)


def _within(_: click.Context, __: click.Parameter, value: str | None) -> Distance | None:
    if value is None:
        return None
    parts = _DISTANCE.fullmatch(value)
    if not parts:
        message = f"{value!r} is not a distance; write 10, 10mi or 16km"
        raise click.BadParameter(message)
    unit = (parts[2] or "mi").lower()
    return (cc.kilometers if unit.startswith("k") else cc.miles)(float(parts[1]))


def _moment(text: str | None, zone: ZoneInfo | None) -> datetime | None:
    if text is None:
        return None
    if text.strip().lower() == "now":
        return datetime.now(zone).astimezone(zone)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"--open-at {text!r} is not a date and time; write 2026-11-24T23:30, or now"
        raise click.UsageError(message) from None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None and zone else moment.astimezone(zone)


def _zone(_: click.Context, __: click.Parameter, value: str | None) -> ZoneInfo | None:
    if value is None:
        return None
    try:
        return ZoneInfo(value)
    except (ValueError, LookupError, OSError):
        message = f"{value!r} is not an IANA time zone; write for example America/New_York"
        raise click.BadParameter(message) from None


@click.command()
@click.argument("text")
@click.option(
    "--near", metavar="PLACE", help='US ZIP code, town or county with its state, or "latitude,longitude".'
)
@click.option(
    "--within", metavar="DISTANCE", callback=_within, help="Longest distance: 10 (miles), 10mi, 16km."
)
@click.option("--age", type=click.FloatRange(0, 130), help="Age in years of the person who needs it.")
@click.option("--language", metavar="LANGUAGE", help="Language of the service: es, Spanish, ...")
@click.option("--open-at", metavar="TIME", help="Open at this time: 2026-11-24T23:30, or now.")
@click.option(
    "--zone", callback=_zone, help="IANA zone of the directory's times. By default this computer's."
)
@click.option(
    "--directory", "file", type=click.Path(), help="HSDS file or folder. By default the sample that ships."
)
@click.option(
    "--mapping",
    type=click.Path(),
    help="The meaning of a spreadsheet's columns: a TOML file that `check --save-mapping` writes.",
)
@click.option("--desk", "url", metavar="URL", help=f"Instead of --directory. {URL_HELP}")
@click.option(
    "--audience", type=click.Choice([a.value for a in cc.Audience]), default="public", show_default=True
)
@click.option("--rank", type=click.Choice([r.value for r in cc.Rank]), default="score", show_default=True)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="Largest number of results."
)
@click.option(
    "--branch", metavar="NAME", help="With --desk: services that visit this branch today come first."
)
@words_option
@weights_option
@terms_option
@click.option("--json", "as_json", is_flag=True, help="The whole result, as JSON.")
@handle_errors
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
    mapping: str | None,
    url: str | None,
    audience: str,
    rank: str,
    limit: int,
    branch: str | None,
    words: str | None,
    weights: str | None,
    terms: str | None,
    as_json: bool,
) -> None:
    """Find services that fit TEXT, a need in plain words, with reasons. Exits with 1 if nothing fits."""
    if file is not None and url is not None:
        message = "give --directory or --desk, not both"
        raise click.UsageError(message)
    if mapping is not None and file is None:
        message = "--mapping needs --directory: it says what the columns of that sheet mean"
        raise click.UsageError(message)
    if branch is not None and url is None:
        message = "--branch needs --desk: visits are stored in a database"
        raise click.UsageError(message)
    if zone is None and file is None and url is None:
        zone = ZoneInfo(SAMPLE_ZONE)
    need = cc.Need(text, near=near, within=within, age=age, language=language, open_at=_moment(open_at, zone))
    vocabulary = vocabulary_with(words, terms)
    numbers = None if weights is None else read_weights(weights)
    with ExitStack() as stack:
        if url is None:
            find = cc.Matcher(
                read(file, mapping), audience=audience, zone=zone, vocabulary=vocabulary, weights=numbers
            ).match
        else:
            matching = cc.MatchingOptions(vocabulary=vocabulary, weights=numbers)
            desk = stack.enter_context(
                cc.Connector.open(url, audience=cc.Audience(audience), zone=zone, matching=matching)
            )
            find = partial(desk.match, branch=branch)
        result = find(need, limit=limit, rank=rank)
        if as_json:
            click.echo(json.dumps(result.to_dict(), ensure_ascii=False, indent=1))
        else:
            _print_result(console_of(), result, audience)
    sys.exit(0 if result else NOTHING_MATCHED)


_MARKS: Final = {
    cc.Answer.MET: ("  + ", "green"),
    cc.Answer.UNKNOWN: ("  ? ", "yellow"),
    cc.Answer.UNMET: ("  - ", "red"),
}


def _print_crisis_lines(console: Console, result: cc.MatchResult, audience: str) -> None:
    """Print what danger there may be, as a question, and the lines for it. Staff also see the words that decided."""
    dangers = result.interpretation.dangers
    for danger in dangers:
        console.print(line_of((danger.question, "bold")))
    for line in result.urgent:
        console.print(line_of((f"  {line.name}: {line.reach}", "bold red")))
    if audience != cc.Audience.PUBLIC:
        for danger in dangers:
            console.print(line_of((f"{danger.name}, because of: ", "dim"), (", ".join(danger.words), "")))


def _print_result(console: Console, result: cc.MatchResult, audience: str) -> None:
    _print_crisis_lines(console, result, audience)
    understood = ", ".join(concept.name for concept in result.interpretation.concepts)
    if understood:
        guessed = result.interpretation.is_guessed
        console.print(line_of(("Perhaps: " if guessed else "Understood: ", "dim"), (understood, "")))
    whom = result.interpretation.asks_for
    if whom:
        console.print(line_of(("Asks for: ", "dim"), (whom, "")))
    noted = result.interpretation.cues.describe()
    if noted:
        console.print(line_of(("Noted: ", "dim"), (noted, "")))
    if result.advice:
        console.print(line_of((result.advice, "bold")))
    doubtful = False
    for number, (match, *others) in enumerate(result.programs, start=1):
        if match.reasons[0].answer is not cc.Answer.MET and not doubtful:
            doubtful = True
            console.print()
            console.print(line_of(("Possible matches; call to confirm:", "bold yellow")))
        _print_match(console, number, match)
        for other in others:
            _print_other_site(console, other)
    for match in result.also_helping:
        console.print()
        console.print(line_of((match.service.name, "bold")))
        console.print(line_of(("   " + " · ".join(filter(None, _facts(match))), "")))
        console.print(line_of(("  + ", "green"), (match.reasons[0].text, "")))
    for criterion, count in result.ruled_out.items():
        noun = "offer" if count == 1 else "offers"
        console.print(line_of((f"{count} more {noun} for this need ruled out by {criterion}", "dim")))
    if result.total > len(result):
        fit = "may fit" if doubtful else "fit"
        console.print(line_of((f"{result.total - len(result)} more {fit}; --limit shows more", "dim")))


def _print_match(console: Console, number: int, match: cc.Match) -> None:
    console.print()
    # A score that rests on unknown answers would mislead.
    score = f"   {match.score:.2f}" if match.reasons[0].answer is cc.Answer.MET else ""
    console.print(line_of((f"{number}. {match.service.name}", "bold"), (score, "dim")))
    console.print(line_of(("   " + " · ".join(filter(None, _facts(match))), "")))
    if match.alert:
        console.print(line_of(("  ! ", "bold red"), (match.alert, "bold")))
    # A visit in the building is more useful than anything in the directory, so it comes first.
    for reason in sorted(match.reasons, key=lambda reason: reason.criterion != "visiting"):
        mark, style = _MARKS[reason.answer]
        console.print(line_of((mark, style), (reason.text, "")))


def _facts(match: cc.Match) -> tuple[str, str, str]:
    """Return the agency, the address and the telephone number of an offer; "" for each that is missing."""
    phone = match.offer.phones[0].number if match.offer.phones else ""
    return match.agency_name, _address(match.location), phone


def _print_other_site(console: Console, match: cc.Match) -> None:
    """Print another place of the same program in one line."""
    _, address, phone = _facts(match)
    distance = next((reason.text for reason in match.reasons if reason.criterion == "distance"), "")
    facts = " · ".join(filter(None, (address, phone, distance)))
    if facts:
        console.print(line_of(("  Also: ", "dim"), (facts, "")))


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
        "A bed tonight for a 19-year-old, at half past eleven",
        {"text": "somewhere to sleep tonight", "near": "28694", "age": 19, "open_at": "2026-11-24T23:30"},
    ),
    ("A lawyer, in Spanish", {"text": "papeles de inmigracion", "near": "28640", "language": "es"}),
    (
        "A nurse: the one who visits the library every second Tuesday",
        {"text": "talk to a nurse", "near": "28694", "open_at": "2026-12-08T11:00"},
    ),
    ("A person in danger: crisis lines come first", {"text": "my boyfriend hit me", "near": "28694"}),
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The answers, as JSON.")
@handle_errors
def demo(*, as_json: bool) -> None:
    """Show a short tour: real matches for needs in the fictional directory that ships with the library."""
    zone = ZoneInfo(SAMPLE_ZONE)
    matcher = cc.Matcher(cc.sample(), zone=zone, clock=lambda: datetime(2026, 11, 24, 12, tzinfo=zone))
    console = console_of()
    answers = []
    if not as_json:
        services, agencies = len(matcher.directory.services), len(matcher.directory.organizations)
        welcome = (
            f"{services} services of {agencies} invented agencies in and around Ashe County, North Carolina."
        )
        console.print(line_of((welcome, "")))
        console.print(line_of(("+ met   ? unknown: a question to ask", "dim")))
    for title, fields in _TOUR:
        moment = fields.get("open_at")
        need = cc.Need(
            **{**fields, "open_at": datetime.fromisoformat(moment).replace(tzinfo=zone) if moment else None}
        )
        result = matcher.match(need, limit=2)
        if as_json:
            answers.append({"title": title, **result.to_dict()})
        else:
            console.print()
            console.rule(line_of((title, "bold cyan")), align="left")
            console.print(line_of((f"$ {_as_command(fields)}", "dim")))
            _print_result(console, result, cc.Audience.PUBLIC)
    if as_json:
        click.echo(json.dumps(answers, ensure_ascii=False, indent=1))


def _as_command(fields: dict[str, Any]) -> str:
    """Return the command that makes the same match."""
    words = [f'communityconnector match "{fields["text"]}"']
    if "within" in fields:
        words.append(f"--within {fields['within'].miles:g}mi")
    plain = ("near", "age", "language", "open_at")
    words.extend(f"--{name.replace('_', '-')} {fields[name]}" for name in plain if name in fields)
    return " ".join(words)
