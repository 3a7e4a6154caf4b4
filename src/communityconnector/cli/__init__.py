"""The command line, thin over the library.

Exit codes: 0 for success; 1 if nothing matched, a message cannot be delivered or a file cannot be wiped; 2 if the input
cannot be used or the output cannot be written; 141 if the reader of the output has ended (`| head`).
"""

from __future__ import annotations

import sys

import click

from communityconnector.cli.checking import check
from communityconnector.cli.desk import load, migrate
from communityconnector.cli.exporting import export
from communityconnector.cli.matching import demo, match
from communityconnector.cli.plugging import plugins
from communityconnector.cli.purging import purge
from communityconnector.cli.referring import dispatch, due, refer
from communityconnector.cli.visiting import visits

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="communityconnector")
def main() -> None:
    """Connect library patrons with the agencies that can help."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a letter shows a question mark, rather than a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for command in (check, demo, dispatch, due, export, load, match, migrate, plugins, purge, refer, visits):
    main.add_command(command)
