"""Judge words or services on files of your own: `python -m communityconnector.testing.relevance --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from communityconnector.errors import CommunityConnectorError
from communityconnector.testing.relevance.commands import CommandError
from communityconnector.testing.relevance.services import command as services
from communityconnector.testing.relevance.words import command as words

UNUSABLE: Final = 2
"""The exit code if the input cannot be used."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: those of the command line, without the program.

    Returns:
        0, or 2 if what is given cannot be used; standard error says why.
    """
    parser = argparse.ArgumentParser(
        prog="python -m communityconnector.testing.relevance",
        description="How right the library is where you are: its understanding of words, and the services it shows.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words.add(commands)
    services.add(commands)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (CommunityConnectorError, CommandError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
