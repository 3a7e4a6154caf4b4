"""The commands that take a directory into a database, and bring an older database up to date."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs
import click

import communityconnector as cc
from communityconnector.cli.output import console_of, handle_errors, line_of

URL_HELP = "Where the desk is: sqlite:///desk.db, or a URL of PostgreSQL or MariaDB."


@click.command()
@click.argument("file", type=click.Path())
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@click.option(
    "--audience",
    type=click.Choice([a.value for a in cc.Audience]),
    default="public",
    show_default=True,
    help="For whom it is indexed.",
)
@click.option(
    "--mapping", type=click.Path(), help="What a spreadsheet's columns mean: a CSV of column,field."
)
@click.option("--drop-missing", is_flag=True, help="Let go of stored records that FILE does not hold.")
@click.option("--json", "as_json", is_flag=True, help="What was done, as JSON.")
@handle_errors
def load(  # noqa: PLR0913  # one argument an option
    file: str, *, url: str, audience: str, mapping: str | None, drop_missing: bool, as_json: bool
) -> None:
    """Take the directory in FILE into a database, and index it. Where there is no database, it is made.

    Whoever matches meanwhile sees the old directory until the new one is whole. A load that was cut off goes on
    where it was when it is given again.
    """
    from communityconnector.interchange.files.sources import opened

    with opened(file) as parts:
        # A file that cannot be read is said before a database is made for it.
        next(parts, None)
    with cc.Connector.open(url, create=True, audience=cc.Audience(audience)) as desk, _progress() as tell:
        done = desk.load(file, mapping=mapping, drop_missing=drop_missing, on_progress=tell)
    if as_json:
        click.echo(json.dumps(attrs.asdict(done), indent=1))
        return
    console = console_of()
    whole = ", ".join(f"{count:,} {entity}" for entity, count in done.records.items())
    fate = "dropped" if done.dropped else "kept"
    console.print(line_of((f"Directory {done.generation}: {whole}", "bold")))
    changes = f"{done.added:,} added, {done.changed:,} changed, {done.same:,} the same"
    console.print(line_of((f"{changes}, {done.missing:,} no longer in the file ({fate})", "")))
    errors, warnings = done.findings.get("error", 0), done.findings.get("warning", 0)
    if errors or warnings:
        told = f"{errors:,} errors, {warnings:,} warnings; `communityconnector check` lists them"
        console.print(line_of((told, "dim")))


@click.command()
@click.argument("url")
@handle_errors
def migrate(url: str) -> None:
    """Bring the database at URL up to date with this version. A SQLite file is copied first."""
    from communityconnector.adapters.sql import migrate as brought_up_to_date

    done = brought_up_to_date(url)
    if done.before == done.after:
        click.echo(f"Schema {done.after}: nothing to do")
        return
    copy = f"; the database from before is in {done.copy}" if done.copy else ""
    click.echo(f"Schema {done.before} is now {done.after}{copy}")


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Shows how far a load is, where somebody is watching."""
    console = console_of(stderr=True)
    if not console.is_terminal:
        yield lambda _, __: None
        return
    with console.status("Loading ...") as status:
        yield lambda what, number: status.update(f"{number:,} records {what} ...")
