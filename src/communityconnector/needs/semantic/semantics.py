"""What an encoder adds to the chances of needs and dangers, and what it must not change."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from communityconnector.needs.semantic.anchors import anchors
from communityconnector.needs.semantic.encoder import Encoder
from communityconnector.needs.semantic.head import Head, built_in_head
from communityconnector.needs.vocabulary import Vocabulary

SHARE: Final = 0.4
"""What the encoder's chances count, beside 1 for both together: by cross-validation on the corpus."""
LEAST_DANGER: Final = 0.1
"""An encoder may raise the chance of danger only from this chance on, which the words alone must give it."""
SURE_OF_DANGER: Final = 0.6
"""Words and encoder together must give it this chance. By cross-validation on the corpus that is seven cries more for each
further false alarm."""
_LONGEST: Final = 1_000
"""The encoder reads this number of letters. What comes after them is read without it."""

_log: Final = logging.getLogger(__name__)


@attrs.frozen(eq=False, repr=False)
class Meaning:
    """What an encoder makes of a text. The repr does not show it.

    Attributes:
        chances: the chance of each label, in the order of the learned model; NaN for a label that the head lacks.
    """

    chances: npt.NDArray[np.float64]

    def pooled(self, words: Sequence[float]) -> list[float]:
        """Return the weighted geometric mean of these chances and those by the words; together they are 1.

        Args:
            words: the chance of each label by the words. A label that the head lacks keeps it.
        """
        alone = np.asarray(words)
        powers = alone ** (1 - SHARE) * np.where(np.isnan(self.chances), alone, self.chances) ** SHARE
        pooled: list[float] = (powers / powers.sum()).tolist()
        return pooled

    @staticmethod
    def raised(words: Mapping[str, float], both: Mapping[str, float]) -> dict[str, float]:
        """Return the chance of each kind of danger: by the words, all raised alike if words suggest danger and both are surer.

        The encoder alone decides on no danger, lowers none, and does not say of which kind it is.

        Args:
            words: the chance of each kind by the words.
            both: the same by words and encoder together.
        """
        by_words, by_both = sum(words.values()), sum(both.values())
        is_raised = by_words >= LEAST_DANGER and by_both >= SURE_OF_DANGER
        factor = max(1.0, by_both / by_words) if is_raised else 1.0
        return {kind: chance * factor for kind, chance in words.items()}


class Semantics:
    """The meaning of texts by an encoder and its head.

    Args:
        encoder: the encoder.
        head: what its vectors mean; by default the built-in one if it is for this encoder, otherwise anchors, which are
            made at the first text.
        vocabulary: the vocabulary from whose phrases anchors are made.
        labels: the labels of the learned model.
    """

    def __init__(
        self, encoder: Encoder, head: Head | None, vocabulary: Vocabulary, labels: Sequence[str]
    ) -> None:
        self._encoder = encoder
        self._given = head
        self._vocabulary = vocabulary
        self._labels = labels

    @cached_property
    def _head(self) -> Head:
        head = self._given or built_in_head()
        if head is not None and head.fits(self._encoder):
            return head
        return anchors(self._encoder, words=self._vocabulary)

    def read(self, text: str) -> Meaning | None:
        """Return the meaning of a text, or `None` if there are no words or the encoder fails: then words count alone.

        Args:
            text: the words.
        """
        start = text[:_LONGEST]
        if not any(map(str.isalpha, start)):
            return None
        try:
            vector = np.asarray(self._encoder.encode([start]), dtype=np.float64)
            if vector.shape != (1, self._encoder.dimension) or not np.isfinite(vector).all():
                _log.warning(
                    "the encoder returned no vector of its dimension; the words were read without it"
                )
                return None
            chances = self._head.chances(vector[0])
        except Exception:  # noqa: BLE001  # of an encoder of others; its message may repeat the words
            _log.warning("the encoder failed; the words were read without it")
            return None
        return Meaning(np.array([chances.get(label, np.nan) for label in self._labels]))
