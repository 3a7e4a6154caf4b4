"""What all commands share: the console, and errors as one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Final, NoReturn, ParamSpec, TypeVar

import click

import communityconnector as cc

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NOTHING_MATCHED: Final = 1
UNUSABLE: Final = 2
NO_READER: Final = 128 + 13
"""As a shell reports a program that ended by SIGPIPE."""


def console_of(*, stderr: bool = False) -> Console:
    """Return a console that prints no error of its own when the reader of its output has ended."""
    from rich.console import Console

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Quiet(stderr=stderr, highlight=False, soft_wrap=True)


def fail(message: str) -> NoReturn:
    """Print an error, and end the program."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(UNUSABLE)


P = ParamSpec("P")
T = TypeVar("T")


def handle_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Show errors of the library, and of an output that cannot be written, as one line, and exit with 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            try:
                return command(*args, **kwargs)
            finally:
                sys.stdout.flush()
        except cc.CommunityConnectorError as error:
            fail(str(error))
        except OSError as error:
            # Errors of the library's files are errors of its own, so this is one of the output. Nothing more can be written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                sys.exit(NO_READER)
            fail(f"the output cannot be written: {error.strerror}")

    return run


def public_findings(directory: cc.Directory) -> tuple[cc.Finding, ...]:
    """Return the findings of a directory without raw values of confidential places."""
    return directory.for_audience(cc.Audience.PUBLIC).findings


def line_of(*parts: tuple[str, str]) -> Text:
    """Return text in styles, without control characters, which a file may contain."""
    from rich.text import Text

    line = Text()
    for words, style in parts:
        line.append("".join(letter if letter.isprintable() else " " for letter in words), style)
    return line
