"""The measures, each a small pure function with its source.

An answer is a list of concepts or of ids of services, the best first, and a label grades them. Of concepts, `DIRECT` meets
the need, `RELATED` is worth showing beside it, and all others are wrong. Services have grades from 3 to 0.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

DIRECT: Final = 2
RELATED: Final = 1

SEED: Final = 2026
"""The seed of every bootstrap, so that the same scores have the same interval."""
RESAMPLES: Final = 1_000
"""How often a bootstrap draws."""
_Z: Final = 1.959964
"""The 97.5th percentile of the normal distribution."""


def condense(concepts: Iterable[str], neutral: Collection[str]) -> tuple[str, ...]:
    """Return an answer with each concept once, at its best place, and without neutral concepts.

    A neutral concept is neither right nor wrong, so it takes no place (condensed lists: Sakai, "Alternatives to
    bpref", SIGIR 2007).
    """
    return tuple(dict.fromkeys(concept for concept in concepts if concept not in neutral))


def ndcg(answer: Sequence[str], grades: Mapping[str, int], depth: int = 5) -> float:
    """Return the normalized discounted cumulated gain: 1 if no other answer would serve better.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002, with the gain
    2^grade - 1 of Burges et al., "Learning to rank using gradient descent", ICML 2005, and the discount log2(rank + 1).

    Args:
        answer: the concepts or services.
        grades: the grade of each that is labelled; at least one above 0.
        depth: the number of concepts or services that count.
    """
    gains = [2 ** grades.get(key, 0) - 1 for key in answer[:depth]]
    ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:depth]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall(concepts: Sequence[str], direct: Collection[str], depth: int = 5) -> float:
    """Return the share of the direct concepts that are among the first.

    Manning, Raghavan and Schütze, "Introduction to information retrieval", 2008, chapter 8. If there are more direct
    concepts than places, it is 1 when each place has one.

    Args:
        concepts: the answer.
        direct: the concepts that meet the need; at least one.
        depth: the number of concepts that count.
    """
    return len(set(concepts[:depth]) & set(direct)) / min(depth, len(set(direct)))


def reciprocal_rank(concepts: Sequence[str], direct: Collection[str]) -> float:
    """Return 1 divided by the rank of the first direct concept, 0 without one. Its mean is the MRR.

    Voorhees, "The TREC-8 question answering track report", 1999.
    """
    return next((1 / rank for rank, concept in enumerate(concepts, 1) if concept in direct), 0.0)


def is_hit(concepts: Sequence[str], direct: Collection[str], depth: int) -> bool:
    """Return whether a direct concept is among the first: top-1 with depth 1, hit@3 with depth 3.

    "Success at n": Craswell and Hawking, "Overview of the TREC-2004 web track", 2004.
    """
    return any(concept in direct for concept in concepts[:depth])


@attrs.frozen
class Agreement:
    """How far the values that were read agree with those of the labels.

    Precision, recall and their harmonic mean: van Rijsbergen, "Information retrieval", 1979, chapter 7.

    Attributes:
        right: values that are read and labelled.
        wrong: values that are read and not labelled.
        missed: values that are labelled and not read.
    """

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def labelled(self) -> int:
        """The number of labelled values."""
        return self.right + self.missed

    @property
    def precision(self) -> float | None:
        """The share of what was read that is labelled; `None` if nothing was read."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """The share of what is labelled that was read; `None` if nothing is labelled."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; `None` if nothing was read or labelled."""
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


def agreement(read: Collection[str], labelled: Collection[str]) -> Agreement:
    """Return how far the values that were read agree with those of a label."""
    both = len(set(read) & set(labelled))
    return Agreement(both, len(set(read)) - both, len(set(labelled)) - both)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@attrs.frozen
class Estimate:
    """A mean, with the interval in which it lies 95 times in 100 for utterances or needs like these.

    Attributes:
        value: the mean.
        low: the lower end of the interval.
        high: the upper end.
        count: the number of utterances, needs or services that it is of.
    """

    value: float
    low: float
    high: float
    count: int


def estimate(values: Sequence[float | bool]) -> Estimate:
    """Return the mean of values, with its interval.

    That of a share is Wilson's ("Probable inference", JASA 22, 1927), for a bootstrap of 8 in 8 would claim certainty.
    That of another mean is the percentile bootstrap (Efron and Tibshirani, "An introduction to the bootstrap", 1993,
    chapter 13); of differences in pairs it is the paired bootstrap (Sakai, SIGIR 2006).

    Args:
        values: one for each utterance or need; at least one. If all are booleans, the mean is a share.
    """
    mean = math.fsum(values) / len(values)
    is_share = all(isinstance(value, bool) for value in values)
    low, high = _wilson(mean, len(values)) if is_share else _bootstrap(values)
    return Estimate(mean, low, high, len(values))


def _wilson(share: float, count: int) -> tuple[float, float]:
    square = _Z**2 / count
    middle = share + square / 2
    reach = _Z * math.sqrt((share * (1 - share) + square / 4) / count)
    low, high = (middle - reach) / (1 + square), (middle + reach) / (1 + square)
    # Of all or none, an end is the share itself, but for rounding.
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def _bootstrap(values: Sequence[float]) -> tuple[float, float]:
    # Of the standard library, so that figures stay the same whatever numpy is installed.
    generator = random.Random(SEED)  # noqa: S311  # no secret
    count = len(values)
    means = sorted(sum(generator.choices(values, k=count)) / count for _ in range(RESAMPLES))
    return means[RESAMPLES * 25 // 1000], means[RESAMPLES * 975 // 1000 - 1]


Part = tuple[float | bool, int]
"""What one need adds to a share: a sum, and of how many. A measure of the need itself is of one."""


def pooled(parts: Sequence[Part]) -> Estimate | None:
    """Return the share of all parts together, with its interval over needs; `None` if it is of nothing.

    The services that are shown for one need rise and fall together, so the bootstrap draws needs, each with all of its
    services (Davison and Hinkley, "Bootstrap methods and their application", 1997, section 3.8).

    Args:
        parts: one for each need.
    """
    if parts and all(count == 1 for _, count in parts):
        return estimate([value for value, _ in parts])
    return _of_draws(_share_of, parts, sum(count for _, count in parts))


def pooled_gain(before: Sequence[Part], after: Sequence[Part]) -> Estimate | None:
    """Return by how much a share differs on the same needs, with its interval; `None` if one is of nothing.

    Args:
        before: one part for each need.
        after: the same of another system, in the same order of needs.
    """

    def gain(pairs: Sequence[tuple[Part, Part]]) -> float | None:
        old, new = (_share_of(parts) for parts in zip(*pairs, strict=True))
        return None if old is None or new is None else new - old

    pairs = list(zip(before, after, strict=True))
    return _of_draws(gain, pairs, len(pairs))


def _share_of(parts: Sequence[Part]) -> float | None:
    count = sum(count for _, count in parts)
    return math.fsum(value for value, _ in parts) / count if count else None


def _of_draws(
    figure: Callable[[Sequence[Any]], float | None], members: Sequence[Any], count: int
) -> Estimate | None:
    """Return a figure of some needs with its percentile bootstrap over them."""
    value = figure(members) if members else None
    if value is None:
        return None
    generator = random.Random(SEED)  # noqa: S311  # no secret
    draws = (figure(generator.choices(members, k=len(members))) for _ in range(RESAMPLES))
    values = sorted(drawn for drawn in draws if drawn is not None)
    return Estimate(
        value, values[len(values) * 25 // 1000], values[max(0, len(values) * 975 // 1000 - 1)], count
    )
