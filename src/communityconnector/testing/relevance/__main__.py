"""Score an interpreter on a labelled file: `python -m communityconnector.testing.relevance FILE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from communityconnector.errors import CommunityConnectorError
from communityconnector.model import Harm
from communityconnector.needs import Interpreter
from communityconnector.testing.relevance import compare, read, score
from communityconnector.testing.relevance.needs import GROUPINGS

UNUSABLE: Final = 2
"""The exit code if the input cannot be used."""
WORTH_SHOWING: Final = (Harm.LOST, Harm.GUESSED)
"""The harm of findings that are printed: what a spreadsheet program adds to a file, and is read all the same, is not."""
BUILT_IN: Final = "communityconnector.needs:interpreter"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how an interpreter does on a labelled file, and what of the file could not be used.

    Args:
        arguments: those of the command line, without the program.

    Returns:
        0, or 2 if the file or the interpreter cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        judgments = read(options.file)
        for finding in judgments.findings:
            if finding.harm in WORTH_SHOWING:
                sys.stderr.write(f"{finding.where}: {finding.message} ({finding.action})\n")
        if not judgments.utterances:
            return _fail(f"{options.file} has no utterance that can be used")
        scores = score(_interpreter(options.interpreter), judgments)
        sys.stdout.write(scores.report(options.by, examples=options.examples) + "\n")
        if options.compare:
            gains = compare(score(_interpreter(options.compare), judgments), scores)
            sys.stdout.write(f"\nGain over {options.compare}:\n{gains.report()}\n")
    except (CommunityConnectorError, _InterpreterError) as error:
        return _fail(str(error))
    return 0


def _fail(message: str) -> int:
    sys.stderr.write(f"Error: {message}\n")
    return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m communityconnector.testing.relevance",
        description="Score an interpreter of what patrons say on a labelled file.",
    )
    parser.add_argument("file", help="a CSV file with the columns text and needs, or a folder of them")
    parser.add_argument(
        "--interpreter",
        metavar="MODULE:NAME",
        default=BUILT_IN,
        help="the interpreter, or a class or function that makes it; by default the built-in one",
    )
    parser.add_argument(
        "--compare", metavar="MODULE:NAME", help="another interpreter, over which the gain is shown"
    )
    parser.add_argument(
        "--by",
        type=_groupings,
        default=("register", "language"),
        help=f"groupings, with commas between: {', '.join(GROUPINGS)}",
    )
    parser.add_argument(
        "--examples",
        type=int,
        default=0,
        metavar="N",
        help="also show N utterances of each kind of mistake, with their words",
    )
    return parser


def _groupings(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


class _InterpreterError(Exception):
    """A name leads to no interpreter."""


def _interpreter(name: str) -> Interpreter:
    module, _, attribute = name.partition(":")
    try:
        value = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        message = f"{name} cannot be imported; name an interpreter as package.module:name"
        raise _InterpreterError(message) from None
    is_ready = hasattr(value, "interpret") and not isinstance(value, type)
    try:
        interpreter: Interpreter = value() if callable(value) and not is_ready else value
    except TypeError:
        message = f"{name} is not an interpreter, and cannot be called without arguments to make one"
        raise _InterpreterError(message) from None
    if not hasattr(interpreter, "interpret"):
        message = f"{name} is not an interpreter: it has no method interpret"
        raise _InterpreterError(message)
    return interpreter


if __name__ == "__main__":
    sys.exit(main())
