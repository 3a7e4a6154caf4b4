"""The numbers of the ranking: what each part adds to a score, what each answer leaves of a fit, and the line of the fit.

They are kept in `data/weights.csv`, fitted on judged needs (`communityconnector.testing.relevance`). A host may pass others.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from importlib.resources import files
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidWeightsError, SourceNotFoundError
from communityconnector.matching.answers import KINDS, Reason, kind_of
from communityconnector.needs.suggestions import did_you_mean

PARTS: Final = ("relevance", "proximity", "certainty", "freshness")
"""The parts of a score, which together count 1."""
LINE: Final = "line"
"""The name of the lowest fit with which a need is met."""


def _shipped(column: str) -> Mapping[str, str]:
    text = (files("communityconnector.matching") / "data" / "weights.csv").read_text(encoding="utf-8")
    return {row["name"]: row[column] for row in csv.DictReader(text.splitlines())}


_SHIPPED: Final = {name: float(value) for name, value in _shipped("value").items()}
_SIGN: Final = "sign."
SIGNS: Final = MappingProxyType(
    {name.removeprefix(_SIGN): value for name, value in _SHIPPED.items() if name.startswith(_SIGN)}
)
"""How surely a sign says what a service is for, by where it stands. An index is built with these numbers (see `purpose`)."""
WEIGHTS: Final = MappingProxyType({n: value for n, value in _SHIPPED.items() if not n.startswith(_SIGN)})
"""The numbers that come with the library, by name. None depends on other offers, so adding or removing a service never
changes the order of the others."""


def read_weights(file: str | PathLike[str]) -> dict[str, float]:
    """Return the numbers of a library's own weights file, for `Matcher(weights=...)`.

    Args:
        file: a CSV file with the columns `name` and `value`, as `write_weights` writes it. Others are ignored, and so are
            rows without a value.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidWeightsError: it has no such columns, or a row has an unknown name or no number of its bounds.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        message = f"{file} cannot be read as a text file"
        raise SourceNotFoundError(message) from None
    weights: dict[str, float] = {}
    try:
        for row in csv.DictReader(text.splitlines(), strict=True):
            if (row["value"] or "").strip():
                weights[(row["name"] or "").strip()] = float(row["value"])
    except (KeyError, ValueError, csv.Error):
        message = f"{file} must be a CSV file with the columns name and value, and a number as each value"
        raise InvalidWeightsError(message) from None
    Weights.of(weights)
    return weights


def write_weights(weights: Mapping[str, float], file: str | PathLike[str]) -> None:
    """Write numbers of the ranking to a CSV file, with their meanings.

    Args:
        weights: the numbers, by name.
        file: the file.

    Raises:
        InvalidWeightsError: a name is unknown or a number out of bounds.
    """
    Weights.of(weights)
    meanings = _shipped("meaning")
    with Path(file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["name", "value", "meaning"])
        writer.writerows([name, f"{value:g}", meanings[name]] for name, value in weights.items())


@attrs.frozen
class Weights:
    """The numbers of the ranking.

    Attributes:
        relevance: what a score has for fitting the need; this and the next three are together 1.
        proximity: for being near.
        certainty: for what is known.
        freshness: for a record that was checked recently.
        line: the lowest fit with which a need is met.
        factors: by criterion, what each kind of answer leaves of a fit, in the order of `answers.KINDS`. Criteria that
            are missing leave all of it.
    """

    relevance: float
    proximity: float
    certainty: float
    freshness: float
    line: float
    factors: Mapping[str, tuple[float, ...]] = attrs.field(hash=False)

    @classmethod
    def of(cls, weights: Mapping[str, float] | None = None) -> Weights:
        """Return the shipped numbers, with some replaced.

        Args:
            weights: the numbers to replace, by name (`matching.WEIGHTS`). Parts of a score are scaled to a sum of 1.

        Raises:
            InvalidWeightsError: a name is unknown, a number is not one of 0 or more (of at most 1, except for the parts),
                or relevance has no weight.
        """
        if weights is not None and not isinstance(weights, Mapping):
            message = f"weights must be numbers by name: {', '.join(PARTS)}, ..."
            raise InvalidWeightsError(message)
        given = dict(weights or {})
        unknown = sorted(map(str, given.keys() - WEIGHTS.keys()))
        if unknown:
            near = did_you_mean(unknown[0], tuple(WEIGHTS))
            message = f"there is no weight named {unknown[0][:50]}; {near or 'see `matching.WEIGHTS`'}"
            raise InvalidWeightsError(message)
        for name, value in given.items():
            most = _LARGEST_PART if name in PARTS else 1
            if not _is_weight(value, most):
                message = f"the weight of {name} must be a number from 0 to {most:,}"
                raise InvalidWeightsError(message)
        numbers = {**WEIGHTS, **given}
        if not numbers["relevance"]:
            message = "relevance needs a weight: without it a score would not say what fits"
            raise InvalidWeightsError(message)
        whole = math.fsum(numbers[name] for name in PARTS)
        parts = {name: numbers[name] if whole == 1.0 else numbers[name] / whole for name in PARTS}
        return cls(**parts, line=numbers[LINE], factors=_factors(numbers))

    def of_criterion(self, name: str) -> tuple[float, ...]:
        """Return what the answers of a criterion leave of a fit, in the order of `answers.KINDS`."""
        return self.factors.get(name, _ALL)

    def factor(self, reason: Reason) -> float:
        """Return what an answer leaves of a fit: 1 for all of it."""
        return self.of_criterion(reason.criterion)[KINDS.index(kind_of(reason))]


def _factors(numbers: Mapping[str, float]) -> Mapping[str, tuple[float, ...]]:
    criteria = dict.fromkeys(name.partition(".")[0] for name in numbers if "." in name)
    return MappingProxyType(
        {
            criterion: tuple(float(numbers.get(f"{criterion}.{kind}", 1.0)) for kind in KINDS)
            for criterion in criteria
        }
    )


def _is_weight(value: Any, most: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= most


_ALL: Final = (1.0,) * len(KINDS)
_LARGEST_PART: Final = 1_000_000
"""Parts count beside each other; a larger one says no more."""
