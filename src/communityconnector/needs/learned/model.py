"""The learned model: a linear model over the features of a text, for needs, for what is no need, and for kinds of danger.

It was trained on the project's own utterances (`corpus/`) and the vocabulary's phrases by `corpus/build_model.py`. Its file
holds numbers and names of labels; no utterance can be read from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple
from zlib import crc32

import attrs
import numpy as np
import numpy.typing as npt

from communityconnector.needs.language import SMALL_WORDS, is_spanish
from communityconnector.needs.learned.features import Features, read_features, read_words, word_key
from communityconnector.needs.learned.labels import DANGER
from communityconnector.needs.learned.spelling import repair
from communityconnector.needs.words import words_of

FILE: Final = "learned.npz"
"""The name of the model's file among the vocabulary's tables."""

_AT_ONCE: Final = 60
"""A text of no more words is read at once."""
_WINDOW: Final = 24
_STEP: Final = 12
"""A longer one is read in windows of 24 words, of which each begins 12 words after the last."""
_DECIDES: Final = 0.35
"""A word decided with others if it adds this share of what the first word adds."""
_CACHED: Final = 20_000
_ENDINGS: Final = (
    ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""), ("ing", "e"), ("ies", "y"), ("ied", "y"),
    ("in", ""),
)  # fmt: skip
"""Endings of a word whose base may be in a class, with what the base has instead."""

Floats = npt.NDArray[np.float32]
_NOTHING: Final[Mapping[str, float]] = {}


class _Weights(NamedTuple):
    """Every weight that the features of a text bring.

    Attributes:
        labels: the label of each weight.
        added: what it adds to the score of the label.
        first: the position of the first word of its feature.
        last: the position of the last word.
    """

    labels: npt.NDArray[np.uint8]
    added: Floats
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]


@attrs.frozen(eq=False, repr=False)
class ModelReading:
    """What the model makes of a text. The repr does not show it.

    Attributes:
        words: the words of the text, folded.
        meant: the same words without slips.
        spanish: whether the text is Spanish.
        scores: the score of each label, in the order of `LearnedModel.labels`.
        known: the share of the words that the model knows.
        alarming: the reading of the most dangerous part of a long text; `None` if the text is short.
    """

    words: Sequence[str]
    meant: Sequence[str]
    spanish: bool
    scores: Floats
    known: float
    _weights: _Weights
    _model: LearnedModel
    alarming: ModelReading | None = None

    def knows(self, word: str) -> bool:
        """Return whether the model knows a word."""
        return self._model.knows(word)

    def danger(self) -> float:
        """Return the chance of any danger."""
        chances = self.chances()
        return sum(chances[number] for number in self._model.dangers.values())

    def chances(self, added: Mapping[str, float] = _NOTHING) -> list[float]:
        """Return the chance of each label, in the order of `LearnedModel.labels`: the softmax of the scores.

        Args:
            added: what to add to the scores of some labels; unknown ones are ignored.
        """
        scores = self.scores.copy()
        for label, value in added.items():
            number = self._model.numbers.get(label)
            if number is not None:
                scores[number] += value
        powers = np.exp(scores - scores.max())
        chances: list[float] = (powers / powers.sum()).tolist()
        return chances

    def shares(self, label: str) -> Floats:
        """Return what each word adds to the score of a label.

        Args:
            label: the label.
        """
        labels, added, first, last = self._weights
        wanted = labels == self._model.numbers[label]
        half = added[wanted] / 2
        places = np.concatenate((first[wanted], last[wanted]))
        shares = np.bincount(places, np.concatenate((half, half)), len(self.words))
        return shares[: len(self.words)].astype(np.float32)

    def evidence(self, label: str, most: int = 4) -> tuple[str, ...]:
        """Return the words that decided for a label, in their order; neighbors are one phrase.

        Args:
            label: the label. An unknown one has no words.
            most: the largest number of words.
        """
        if not self.words or label not in self._model.numbers:
            return ()
        shares = self.shares(label)
        is_small = np.array([word in SMALL_WORDS for word in self.words])
        if not is_small.all():
            shares = np.where(is_small, 0, shares)
        best = np.argsort(-shares, kind="stable")[:most]
        least = max(_DECIDES * float(shares[best[0]]), 0.0)
        runs: list[list[int]] = []
        for position in sorted(int(place) for place in best if shares[place] > least):
            if runs and runs[-1][-1] == position - 1:
                runs[-1].append(position)
            else:
                runs.append([position])
        return tuple(" ".join(self.words[position] for position in run) for run in runs)


def _most_telling(windows: Sequence[ModelReading], window: ModelReading) -> list[ModelReading]:
    """Return the first window, with the highest score of each label in any, and the most dangerous one."""
    if not windows:
        return [window]
    first, alarming = windows[0], windows[-1]
    highest = attrs.evolve(first, scores=np.maximum(first.scores, window.scores))
    return [highest, max(alarming, window, key=ModelReading.danger)]


class LearnedModel:
    """The weights of features for labels.

    Args:
        arrays: the arrays of the file (`corpus/build_model.py` writes them): `keys`, `words`, `values`, `starts`, `labels`,
            `weights`, `bias`, `class_keys`, `class_starts`, `classes`, and `header`, which is JSON.

    Attributes:
        labels: the names of the labels: ids of concepts, and those of `labels`.
        header: what the file says of itself: `digest` of what it was trained on, and the numbers of its calibration.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.header: dict[str, Any] = json.loads(arrays["header"].tobytes())
        self.labels: tuple[str, ...] = tuple(self.header["labels"])
        self._keys = arrays["keys"]
        # Which keys are words: another feature may have the number that a slip would have as a word.
        self._is_word = np.unpackbits(arrays["words"], count=len(self._keys)).astype(bool)
        self._values = arrays["values"].astype(np.float32)
        self._starts = arrays["starts"].astype(np.int64)
        self._labels = arrays["labels"]
        self._weights = arrays["weights"]
        self._scale = float(self.header["scale"])
        self._bias = arrays["bias"].astype(np.float32)
        self._class_keys = arrays["class_keys"]
        self._class_starts = arrays["class_starts"]
        self._classes = arrays["classes"]
        self._common = float(self.header["common"])
        self._meant: Callable[[str, bool], str] = lru_cache(_CACHED)(self._repair)
        self.classes_of: Callable[[str], tuple[int, ...]] = lru_cache(_CACHED)(self._find_classes)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each label."""
        return {label: number for number, label in enumerate(self.labels)}

    @cached_property
    def dangers(self) -> dict[str, int]:
        """The kinds of danger that the model knows, with the numbers of their labels."""
        numbers = self.numbers.items()
        return {label.removeprefix(DANGER): n for label, n in numbers if label.startswith(DANGER)}

    def read(self, text: str) -> ModelReading:
        """Return what the model makes of a text.

        Of a long text each window is read on its own, and a label has the highest of its scores. The words that decided
        are then those of the most dangerous window (`ModelReading.alarming`) or of the first.

        Args:
            text: the text.
        """
        words, shown, spanish = read_words(text), words_of(text), is_spanish(text)
        keys = np.array([word_key(word, spanish=spanish) for word in words], dtype=np.uint32)
        is_known = self._is_known(keys)
        known = float(is_known.mean()) if len(words) else 0.0
        meant = [
            word if is_word else self._meant(word, spanish)
            for word, is_word in zip(words, is_known, strict=True)
        ]
        repaired = tuple(
            written if word == right else right
            for written, word, right in zip(shown, words, meant, strict=True)
        )
        windows: list[ModelReading] = []
        size, step = (len(words), len(words) + 1) if len(words) <= _AT_ONCE else (_WINDOW, _STEP)
        for start in range(0, max(1, len(words) - size + step), step):
            part = slice(start, start + size)
            weights = self._weigh(read_features(words[part], meant[part], self.classes_of, spanish=spanish))
            scores = self._bias + np.bincount(weights.labels, weights.added, len(self.labels))
            of_window = ModelReading(shown[part], repaired[part], spanish, scores, known, weights, self)
            windows = _most_telling(windows, of_window)
        first, alarming = windows[0], windows[-1]
        return first if first is alarming else attrs.evolve(first, alarming=alarming)

    def knows(self, word: str) -> bool:
        """Return whether a word stands in the corpus or the vocabulary, in either language."""
        both = [word_key(word, spanish=spanish) for spanish in (False, True)]
        return bool(self._is_known(np.array(both, dtype=np.uint32)).any())

    def _repair(self, word: str, spanish: bool) -> str:  # noqa: FBT001  # lru_cache passes it on as it is
        """Return the word that an unknown word is a slip of; the word itself if it is one of the other language."""
        if self.knows(word):
            return word

        def rarity_of(words: Sequence[str]) -> Sequence[float]:
            keys = np.array([word_key(each, spanish=spanish) for each in words], dtype=np.uint32)
            rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            is_word = (self._keys[rows] == keys) & self._is_word[rows]
            rarities: list[float] = np.where(is_word, self._values[rows], np.inf).tolist()
            return rarities

        return repair(word, rarity_of, self._common)

    def _weigh(self, features: Features) -> _Weights:
        """Return every weight that features bring."""
        keys = np.array(features.keys, dtype=np.uint32)
        unique, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        rows = np.minimum(np.searchsorted(self._keys, unique), len(self._keys) - 1)
        is_known = self._keys[rows] == unique
        values = np.where(is_known, self._values[rows] * (1 + np.log(counts)), 0)
        # A feature at several places shares what it adds among them.
        shares = (values * self._scale / (float(np.sqrt(values @ values)) or 1.0) / counts)[inverse]
        at = np.flatnonzero(is_known[inverse])
        rows = rows[inverse][at]
        begins = self._starts[rows]
        lengths = self._starts[rows + 1] - begins
        # The places of all weights of all these features, without a loop.
        places = np.arange(int(lengths.sum())) + np.repeat(begins - np.cumsum(lengths) + lengths, lengths)
        at = np.repeat(at, lengths)
        return _Weights(
            labels=self._labels[places],
            added=(self._weights[places] * shares[at]).astype(np.float32),
            first=np.array(features.first, dtype=np.int64)[at],
            last=np.array(features.last, dtype=np.int64)[at],
        )

    def _is_known(self, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        is_known: npt.NDArray[np.bool_] = (self._keys[rows] == keys) & self._is_word[rows]
        return is_known

    def _find_classes(self, words: str) -> tuple[int, ...]:
        """Return the numbers of the classes of a word, or of several words joined by blanks."""
        for form in (words,) if " " in words else _forms(words):
            key = crc32(form.encode())
            place = int(np.searchsorted(self._class_keys, np.uint32(key)))
            if place < len(self._class_keys) and int(self._class_keys[place]) == key:
                return tuple(
                    int(number)
                    for number in self._classes[self._class_starts[place] : self._class_starts[place + 1]]
                )
        return ()


def _forms(word: str) -> Iterator[str]:
    """Yield a word and what it may be a form of."""
    yield word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)] + instead
            yield base
            if ending in {"ed", "ing"} and len(base) > 3 and base[-1] == base[-2]:
                yield base[:-1]


@cache
def model() -> LearnedModel:
    """Return the built-in model. It is read at the first call."""
    path = files("communityconnector") / "needs" / "data" / FILE
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return LearnedModel({name: arrays[name] for name in arrays.files})
