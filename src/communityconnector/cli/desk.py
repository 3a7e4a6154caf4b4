"""The commands that load a directory into a database, and bring an older database up to date."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs
import click

import communityconnector as cc
from communityconnector.cli.output import console_of, handle_errors, line_of
from communityconnector.cli.settings import terms_option, vocabulary_with, words_option

URL_HELP = "Where the desk is: sqlite:///desk.db, or a URL of PostgreSQL or MariaDB."


@click.command()
@click.argument("file", type=click.Path())
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@click.option(
    "--audience",
    type=click.Choice([a.value for a in cc.Audience]),
    default="public",
    show_default=True,
    help="Who will see matches: the index leaves out what they may not see.",
)
@click.option(
    "--mapping",
    type=click.Path(),
    help="The meaning of a spreadsheet's columns: a TOML file that `check --save-mapping` writes.",
)
@click.option("--drop-missing", is_flag=True, help="Delete stored records that are not in FILE.")
@words_option
@terms_option
@click.option("--json", "as_json", is_flag=True, help="The result, as JSON.")
@handle_errors
def load(  # noqa: PLR0913  # one argument an option
    file: str,
    *,
    url: str,
    audience: str,
    mapping: str | None,
    drop_missing: bool,
    words: str | None,
    terms: str | None,
    as_json: bool,
) -> None:
    """Load the directory in FILE into a database, and index it. The database is created if there is none.

    Until the new directory is complete, matches see the old one. A load that was interrupted continues when the same
    command is run again.
    """
    from communityconnector.interchange.files.sources import opened

    with opened(file) as parts:
        # A file that cannot be read is an error before a database is created for it.
        next(parts, None)
    matching = cc.MatchingOptions(vocabulary=vocabulary_with(words, terms))
    with (
        cc.Connector.open(url, create=True, audience=cc.Audience(audience), matching=matching) as desk,
        _progress() as report,
    ):
        loaded = desk.load(file, mapping=mapping, drop_missing=drop_missing, on_progress=report)
    if as_json:
        click.echo(json.dumps(attrs.asdict(loaded), indent=1))
        return
    console = console_of()
    counts = ", ".join(f"{count:,} {entity}" for entity, count in loaded.records.items())
    fate = "deleted" if loaded.dropped else "kept"
    console.print(line_of((f"Directory {loaded.generation}: {counts}", "bold")))
    changes = f"{loaded.added:,} added, {loaded.changed:,} changed, {loaded.same:,} the same"
    console.print(line_of((f"{changes}, {loaded.missing:,} no longer in the file ({fate})", "")))
    errors, warnings = loaded.findings.get("error", 0), loaded.findings.get("warning", 0)
    if errors or warnings:
        summary = f"{errors:,} errors, {warnings:,} warnings; `communityconnector check` lists them"
        console.print(line_of((summary, "dim")))


@click.command()
@click.argument("url")
@handle_errors
def migrate(url: str) -> None:
    """Bring the database at URL up to date with this version. A SQLite file is copied first."""
    from communityconnector.adapters.sql import migrate as migrate_database

    migration = migrate_database(url)
    if migration.before == migration.after:
        click.echo(f"Schema {migration.after}: nothing to do")
        return
    copy = f"; the database from before is in {migration.copy}" if migration.copy else ""
    click.echo(f"Schema {migration.before} is now {migration.after}{copy}")


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Show the progress of a load, if standard error is a terminal."""
    console = console_of(stderr=True)
    if not console.is_terminal:
        yield lambda _, __: None
        return
    with console.status("Loading ...") as status:
        yield lambda what, number: status.update(f"{number:,} records {what} ...")
