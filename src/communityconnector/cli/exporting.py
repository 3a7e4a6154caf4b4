"""The command that writes a directory as an audience may see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs
import click

import communityconnector as cc
from communityconnector.cli.desk import URL_HELP
from communityconnector.cli.output import handle_errors

if TYPE_CHECKING:
    from communityconnector.plugins import Plugins


@click.command()
@click.argument("dest", type=click.Path())
@click.option(
    "--directory", "file", type=click.Path(), help="The directory: a file or folder that `check` reads."
)
@click.option("--desk", "url", metavar="URL", help=f"Instead of --directory. {URL_HELP}")
@click.option(
    "--audience", type=click.Choice([a.value for a in cc.Audience]), default="public", show_default=True
)
@click.option(
    "--format",
    "form",
    metavar="NAME",
    help="Name of an exporter. By default HSDS, in the form of DEST's suffix.",
)
@click.option("--allow", multiple=True, metavar="NAME", help="A plugin that may be used. May be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Findings of what the format cannot express, as JSON.")
@handle_errors
def export(  # noqa: PLR0913  # one argument an option
    dest: str,
    *,
    file: str | None,
    url: str | None,
    audience: str,
    form: str | None,
    allow: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a directory to DEST as an audience may see it. Confidential places stay hidden from the public."""
    if (file is None) == (url is None):
        message = "give one of --directory and --desk"
        raise click.UsageError(message)
    from communityconnector.plugins import Plugins

    plugins = Plugins(allow=allow, strict=True, entry_points=bool(allow))
    findings = _export(dest, file, url, cc.Audience(audience), form, plugins)
    if as_json:
        click.echo(
            json.dumps(
                [attrs.asdict(finding) for finding in findings], ensure_ascii=False, indent=1, default=str
            )
        )
        return
    click.echo(f"Written: {dest}" + (f"; {len(findings):,} findings (--json)" if findings else ""))


def _export(  # noqa: PLR0913, PLR0917  # from where, for whom, and in which form
    dest: str, file: str | None, url: str | None, audience: cc.Audience, form: str | None, plugins: Plugins
) -> tuple[cc.Finding, ...]:
    if file is None:
        with cc.Connector.open(url, audience=audience, plugins=plugins) as desk:
            return desk.export(dest, format=form)
    from communityconnector.plugin_parts import PartResolver

    return PartResolver(plugins, {}).export(cc.read(file), dest, audience, form)
