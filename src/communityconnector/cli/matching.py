"""The commands that match, and show what a match is."""

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
from communityconnector.cli.output import NOTHING_MATCHED, console_of, fail, handle_errors, line_of, shown

if TYPE_CHECKING:
    from geopy.distance import Distance
    from rich.console import Console

SAMPLE_ZONE: Final = "America/New_York"


def read(path: str | None) -> cc.Directory:
    """The directory of a file, or the one that ships with the library; ends the program if it has no service."""
    if path is None:
        return cc.sample()
    console = console_of(stderr=True)
    with console.status(f"Reading {path} ...") if console.is_terminal else nullcontext():
        directory = cc.read(path)
    errors = [f for f in shown(directory) if f.severity is cc.Severity.ERROR]
    if not directory.services:
        first = errors[0] if errors else None
        reason = f"{first.where}: {first.message}" if first else f"{path}: no service in it"
        fail(f"{reason}. Nothing can be matched; `communityconnector check` says more.")
    if errors:
        noun = "error" if len(errors) == 1 else "errors"
        click.echo(f"Note: {len(errors)} {noun} in {path}; `communityconnector check` lists them.", err=True)
    return directory


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


@click.command()
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
@click.option("--desk", "url", metavar="URL", help=f"Instead of --directory. {URL_HELP}")
@click.option(
    "--audience", type=click.Choice([a.value for a in cc.Audience]), default="public", show_default=True
)
@click.option("--rank", type=click.Choice([r.value for r in cc.Rank]), default="score", show_default=True)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="Most results to show."
)
@click.option("--branch", metavar="NAME", help="With --desk: who visits this branch today comes first.")
@click.option("--json", "as_json", is_flag=True, help="The whole answer, as JSON.")
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
    url: str | None,
    audience: str,
    rank: str,
    limit: int,
    branch: str | None,
    as_json: bool,
) -> None:
    """Find services that fit TEXT, a need in plain words, and say why. Exits with 1 if nothing fits."""
    if file is not None and url is not None:
        message = "give --directory or --desk, not both"
        raise click.UsageError(message)
    if branch is not None and url is None:
        message = "--branch needs --desk: visits are kept in a database"
        raise click.UsageError(message)
    if zone is None and file is None and url is None:
        zone = ZoneInfo(SAMPLE_ZONE)
    need = cc.Need(text, near=near, within=within, age=age, language=language, open_at=_moment(open_at, zone))
    with ExitStack() as stack:
        if url is None:
            ask = cc.Matcher(read(file), audience=audience, zone=zone).match
        else:
            desk = stack.enter_context(cc.Connector.open(url, audience=cc.Audience(audience), zone=zone))
            ask = partial(desk.match, branch=branch)
        result = ask(need, limit=limit, rank=rank)
        if as_json:
            click.echo(json.dumps(result.to_dict(), ensure_ascii=False, indent=1))
        else:
            _print_result(console_of(), result)
    sys.exit(0 if result else NOTHING_MATCHED)


_MARKS: Final = {
    cc.Answer.MET: ("  + ", "green"),
    cc.Answer.UNKNOWN: ("  ? ", "yellow"),
    cc.Answer.UNMET: ("  - ", "red"),
}


def _print_result(console: Console, result: cc.MatchResult) -> None:
    for line in result.urgent:
        ways = (f"call {line.phone}" if line.phone else "", f"text {line.text}" if line.text else "")
        reach = " or ".join(filter(None, ways))
        console.print(line_of((f"Now: {line.name}: {reach}", "bold red")))
    understood = ", ".join(found.name for found in result.interpretation.concepts)
    if understood:
        guessed = result.interpretation.is_guessed
        console.print(line_of(("Perhaps: " if guessed else "Understood: ", "dim"), (understood, "")))
    if result.advice:
        console.print(line_of((result.advice, "")))
    doubtful = False
    for number, found in enumerate(result, start=1):
        if found.reasons[0].answer is not cc.Answer.MET and not doubtful:
            doubtful = True
            words = (
                "Perhaps, if one asks:" if number > 1 else "Nothing is known to fit. Perhaps, if one asks:"
            )
            console.print()
            console.print(line_of((words, "bold yellow")))
        _print_match(console, number, found)
    if not result and understood:
        console.print(line_of(("Nothing in this directory fits.", "bold")))
    for criterion, count in result.ruled_out.items():
        noun = "offer" if count == 1 else "offers"
        console.print(line_of((f"{count} more {noun} for this need ruled out by {criterion}", "dim")))
    if result.total > len(result):
        fit = "may fit" if doubtful else "fit"
        console.print(line_of((f"{result.total - len(result)} more {fit}; --limit shows more", "dim")))


def _print_match(console: Console, number: int, found: cc.Match) -> None:
    console.print()
    # A question has no score to go by.
    score = f"   {found.score:.2f}" if found.reasons[0].answer is cc.Answer.MET else ""
    console.print(line_of((f"{number}. {found.service.name}", "bold"), (score, "dim")))
    agency = found.agency_name
    phone = found.offer.phones[0].number if found.offer.phones else ""
    facts = [agency, _address(found.location), phone]
    console.print(line_of(("   " + " · ".join(filter(None, facts)), "")))
    if found.alert:
        console.print(line_of(("  ! ", "bold red"), (found.alert, "bold")))
    # Who is in the building comes first, before what the directory says.
    for reason in sorted(found.reasons, key=lambda reason: reason.criterion != "visiting"):
        mark, style = _MARKS[reason.answer]
        console.print(line_of((mark, style), (reason.text, "")))


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


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The answers, as JSON.")
@handle_errors
def demo(*, as_json: bool) -> None:
    """A short tour: real matches for real needs in the fictional directory that ships with the library."""
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
            console.rule(line_of((title, "bold cyan")), align="left")
            console.print(line_of((f"$ {_as_command(asked)}", "dim")))
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
