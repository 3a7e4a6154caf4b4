"""The command that lists plugins."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from communityconnector.cli.output import console_of, handle_errors, line_of

if TYPE_CHECKING:
    from rich.console import Console

    from communityconnector.plugins import PluginReport


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The list, as JSON.")
@click.option(
    "--allow", metavar="NAME", multiple=True, help="Load this installed plugin; * for all. May be repeated."
)
@handle_errors
def plugins(*, as_json: bool, allow: tuple[str, ...]) -> None:
    """List the installed plugins, what each adds, and why one does not work.

    A plugin is loaded, and its code run, only if it is allowed.
    """
    from communityconnector.plugins import Plugins

    # What a plugin prints while it is imported must not mix with the list.
    with redirect_stdout(sys.stderr):
        reports = Plugins(allow=allow).report()
    if as_json:
        import attrs

        click.echo(json.dumps([attrs.asdict(report) for report in reports], ensure_ascii=False, indent=1))
    else:
        _print_plugins(console_of(), reports)


def _print_plugins(console: Console, reports: Iterable[PluginReport]) -> None:
    for report in reports:
        package = f"{report.distribution} {report.version}".strip()
        console.print(
            line_of(
                (report.name, "bold"), (f" ({package})" if package else "", ""), (f": {report.state}", "")
            )
        )
        for words in (", ".join(report.hooks), report.error):
            if words:
                console.print(line_of((f"    {words}", "dim")))
