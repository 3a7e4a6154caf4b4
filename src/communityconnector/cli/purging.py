"""The command that deletes records past their retention date."""

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
@click.option("--dry-run", is_flag=True, help="Only count what would be deleted.")
@click.option("--yes", "agreed", is_flag=True, help="Delete it.")
@click.option(
    "--keep-log",
    type=click.IntRange(0, MOST_DAYS),
    metavar="DAYS",
    help="How long the audit log is kept. By default as in the settings, or three years.",
)
@settings_option
@click.option(
    "--no-wipe", is_flag=True, help="Do not rewrite the file to make deleted data unreadable in it."
)
@click.option("--json", "as_json", is_flag=True, help="The counts, as JSON.")
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
    """Delete records past their retention date.

    The date was stored with each record, by the policy of the desk that made it. How long the audit log is kept is in
    the settings. Records under a legal hold are kept.
    """
    if dry_run == agreed:
        message = "choose --dry-run to count what would be deleted, or --yes to delete it"
        raise click.UsageError(message)
    policy = {} if keep_log is None else {"keep_audit": timedelta(days=keep_log)}
    with open_desk(url, settings, **policy) as desk:
        report = desk.purge(dry_run=dry_run, wipe=not no_wipe)
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=1))
    else:
        console = console_of()
        fate = "would be deleted" if dry_run else "deleted"
        for kind, number in report.gone.items():
            console.print(line_of((f"{number:,} {kind} {fate}", "")))
        for kind, number in report.kept.items():
            console.print(line_of((f"{number:,} {kind} due, but kept under a legal hold", "bold")))
        if report.failed:
            console.print(line_of((f"{report.failed:,} referrals could not be read: see the log", "bold")))
        if not report.gone and not report.kept:
            console.print(line_of(("Nothing is due.", "")))
    if report.wiped is False:
        click.echo(
            "Deleted data is still in the database's files, because another process was reading. Run it again.",
            err=True,
        )
        sys.exit(NOT_WIPED)
