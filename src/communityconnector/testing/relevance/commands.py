"""What the commands share: an error in one line, and the findings of a file that a person should mend."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import Final, Protocol

from communityconnector.model import Finding, Harm

WORTH_SHOWING: Final = (Harm.LOST, Harm.GUESSED)
"""The harm of findings that are printed: what a spreadsheet program adds to a file, and is read all the same, is not."""


class Commands(Protocol):
    """Takes commands: what `ArgumentParser.add_subparsers` returns."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002  # argparse's name
        """Add a command and return its parser."""


class CommandError(Exception):
    """What a command was given cannot be used; the message says what, and what to do."""


def show_findings(findings: Iterable[Finding]) -> None:
    """Print the findings that cost something to standard error, one a line."""
    for finding in findings:
        if finding.harm in WORTH_SHOWING:
            sys.stderr.write(f"{finding.where}: {finding.message} ({finding.action})\n")
