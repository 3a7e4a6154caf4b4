"""The command that scores an interpreter on a labelled file."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Final

from communityconnector.needs import Interpreter
from communityconnector.testing.relevance.commands import CommandError, Commands, show_findings
from communityconnector.testing.relevance.words.measured import GROUPINGS
from communityconnector.testing.relevance.words.scores import compare, score
from communityconnector.testing.relevance.words.utterances import read

BUILT_IN: Final = "communityconnector.needs:interpreter"


def add(commands: Commands) -> None:
    """Add the command `words`: score an interpreter on a labelled file."""
    parser = commands.add_parser(
        "words",
        help="how well an interpreter understands what patrons say",
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
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print how an interpreter does on a labelled file, and what of the file could not be used.

    Raises:
        CommandError: the file or the interpreter cannot be used.
        CommunityConnectorError: the file cannot be opened, or a grouping is unknown.
    """
    judgments = read(options.file)
    show_findings(judgments.findings)
    if not judgments.utterances:
        message = f"{options.file} has no utterance that can be used"
        raise CommandError(message)
    scores = score(_interpreter(options.interpreter), judgments)
    sys.stdout.write(scores.report(options.by, examples=options.examples) + "\n")
    if options.compare:
        gains = compare(score(_interpreter(options.compare), judgments), scores)
        sys.stdout.write(f"\nGain over {options.compare}:\n{gains.report()}\n")


def _groupings(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _interpreter(name: str) -> Interpreter:
    module, _, attribute = name.partition(":")
    try:
        value = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        message = f"{name} cannot be imported; name an interpreter as package.module:name"
        raise CommandError(message) from None
    is_ready = hasattr(value, "interpret") and not isinstance(value, type)
    try:
        interpreter: Interpreter = value() if callable(value) and not is_ready else value
    except TypeError:
        message = f"{name} is not an interpreter, and cannot be called without arguments to make one"
        raise CommandError(message) from None
    if not hasattr(interpreter, "interpret"):
        message = f"{name} is not an interpreter: it has no method interpret"
        raise CommandError(message)
    return interpreter
