"""The command that lists visits to a branch."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Final

import attrs
import click

import communityconnector as cc
from communityconnector.cli.desk import URL_HELP
from communityconnector.cli.output import console_of, handle_errors, line_of
from communityconnector.cli.settings import open_desk, settings_option
from communityconnector.errors import VisitNotFoundError

_WEEK: Final = timedelta(days=7)
_LONGEST: Final = timedelta(days=366)
_FIRST, _LAST = date(1900, 1, 1), date(2999, 12, 31)


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        message = f"{value!r} is not a date; write it like 2026-12-08"
        raise click.BadParameter(message) from None
    if not _FIRST <= day <= _LAST:
        message = f"{value!r} is not a date from {_FIRST} to {_LAST}"
        raise click.BadParameter(message)
    return day


@click.command()
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@click.option("--branch", required=True, metavar="NAME", help="The branch, as it is named in the visits.")
@click.option("--from", "first", metavar="DAY", callback=_day, help="The first day. By default today.")
@click.option("--to", "last", metavar="DAY", callback=_day, help="The last day. By default a week in all.")
@click.option("--add", "file", type=click.Path(), help="First store the new and changed visits of this CSV.")
@settings_option
@click.option("--json", "as_json", is_flag=True, help="The list, as JSON.")
@handle_errors
def visits(  # noqa: PLR0913  # one argument an option
    *,
    url: str,
    branch: str,
    first: date | None,
    last: date | None,
    file: str | None,
    settings: str | None,
    as_json: bool,
) -> None:
    """List who visits a branch, and when."""
    begin = first or datetime.now().astimezone().date()
    end = last or begin + _WEEK - timedelta(days=1)
    if end < begin:
        message = "--to is before --from"
        raise click.UsageError(message)
    if end - begin >= _LONGEST:
        message = f"--from to --to is more than {_LONGEST.days} days: choose fewer"
        raise click.UsageError(message)
    with open_desk(url, settings) as desk:
        if file is not None:
            _store(desk, file)
        occurrences = desk.visits.between(branch, begin, end + timedelta(days=1))
    if as_json:
        click.echo(
            json.dumps([occurrence.to_dict() for occurrence in occurrences], ensure_ascii=False, indent=1)
        )
        return
    from communityconnector.matching.schedules import clock_words

    console = console_of()
    for occurrence in occurrences:
        ask = f"ask: it is {occurrence.holiday}" if occurrence.holiday else ""
        sign_up = "sign up first" if occurrence.visit.sign_up else ""
        rest = " · ".join(filter(None, (occurrence.visit.role, ask, sign_up, occurrence.visit.note)))
        when = f"{occurrence.begins:%a %Y-%m-%d} {clock_words.span(occurrence.begins, occurrence.ends)}  "
        console.print(line_of((when, "bold"), (rest, "")))
    if not occurrences:
        console.print(line_of((f"No visits to {branch} from {begin} to {end}.", "")))


def _store(desk: cc.Connector, file: str) -> None:
    from communityconnector.partners.table import read_visits

    for visit in read_visits(file):
        try:
            version = desk.visits.get(visit.id).version
        except VisitNotFoundError:
            version = 0
        desk.visits.put(attrs.evolve(visit, version=version))
