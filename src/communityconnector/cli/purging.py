"""The command that lets go of what has been kept long enough."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Final

import click

from communityconnector.cli.desk import URL_HELP
from communityconnector.cli.output import console_of, handle_errors, line_of
from communityconnector.cli.settings import MOST_DAYS, open_desk, settings_option

NOT_WIPED: Final = 1


@click.command()
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--yes", "agreed", is_flag=True, help="Let go of it.")
@click.option(
    "--keep-log",
    type=click.IntRange(0, MOST_DAYS),
    metavar="DAYS",
    help="How long the log is kept, if not as the settings say, or for three years.",
)
@settings_option
@click.option("--no-wipe", is_flag=True, help="Leave the file as it is: do not write it anew.")
@click.option("--json", "as_json", is_flag=True, help="What went, as JSON.")
@handle_errors
def purge(  # noqa: PLR0913  # one argument an option
    *,
    url: str,
    dry_run: bool,
    agreed: bool,
    keep_log: int | None,
    settings: str | None,
    no_wipe: bool,
    as_json: bool,
) -> None:
    """Let go of everything whose time has come.

    When that is was written down with each record, by the policy of the desk that made it; how long the log is kept,
    the settings say. What is under a legal hold is kept.
    """
    if dry_run == agreed:
        message = "say one of --dry-run, to see what would go, and --yes, to let go of it"
        raise click.UsageError(message)
    told = {} if keep_log is None else {"keep_audit": timedelta(days=keep_log)}
    with open_desk(url, settings, **told) as desk:
        report = desk.purge(dry_run=dry_run, wipe=not no_wipe)
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=1))
    else:
        console = console_of()
        goes = "would go" if dry_run else "gone"
        for kind, number in report.gone.items():
            console.print(line_of((f"{number:,} {kind} {goes}", "")))
        for kind, number in report.kept.items():
            console.print(line_of((f"{number:,} {kind} due and kept: a legal hold", "bold")))
        if report.failed:
            console.print(line_of((f"{report.failed:,} referrals could not be read: see the log", "bold")))
        if not report.gone and not report.kept:
            console.print(line_of(("Nothing is due.", "")))
    if report.wiped is False:
        click.echo(
            "What went is still in the database's files: somebody was reading. Run it again.", err=True
        )
        sys.exit(NOT_WIPED)
