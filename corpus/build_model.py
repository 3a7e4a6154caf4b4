"""Builds the learned model of the interpreter of needs from the corpus and the vocabulary.

    python corpus/build_model.py

Needs scipy (`pip install -e ".[model]"`), takes less than two minutes, and gives the same file for the same corpus. The
model is a multinomial logistic regression over the features of `communityconnector.needs.learned`, trained by
AdaGrad (Duchi, Hazan and Singer 2011) with one rate for each feature and with features dropped at random (Srivastava
et al. 2014). An utterance in danger teaches its kind of danger only; what is needed then stands in `needs/data/dangers.csv`.
Of the weights the largest are kept, by their size and how often their feature occurs, in one byte each.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import attrs
import numpy as np
import numpy.typing as npt
from scipy import sparse

from communityconnector.needs import vocabulary
from communityconnector.needs.language import is_spanish
from communityconnector.needs.learned.features import (
    LONG,
    class_key,
    length_key,
    read_features,
    read_words,
    word_key,
)
from communityconnector.needs.learned.features import VERSION as FEATURES_VERSION
from communityconnector.needs.learned.labels import DANGER, NOT_A_NEED
from communityconnector.needs.learned.model import FILE, LearnedModel
from communityconnector.needs.learned.spelling import repair

CORPUS: Final = Path(__file__).parent
DATA: Final = files("communityconnector") / "needs" / "data"

RELATED: Final = 0.2
"""The share of a concept that is only worth showing, beside 1 for one that is needed."""
PHRASE: Final = 0.5
"""The weight of a phrase of the vocabulary, beside 1 for an utterance."""
NO_NEED: Final = 0.5
"""The weight of an utterance that is no need: the corpus has more of them than come to a desk where services are asked for."""
CLASS: Final = 2.0
LENGTH: Final = 2.0
"""The values of a class of words and of the number of words, beside 1 for other features."""
LEAST: Final = 2
"""Features of fewer texts are left out."""
COMMON: Final = 6
"""Words of so many texts are what a slip may have meant."""
EPOCHS: Final = 12
BATCH: Final = 64
RATE: Final = 0.1
DROPPED: Final = 0.5
SHARPNESS: Final = 1.2
"""All weights are multiplied by this at the end, for features are dropped in training only."""
KEPT: Final = 1_500_000
"""The number of weights that are kept."""

Floats = npt.NDArray[np.float32]


@attrs.frozen
class Example:
    """A text with what it teaches.

    Attributes:
        text: the text.
        labels: the share of each label; they need not add up to 1.
        weight: how much it counts.
        has_slips: whether it is typed with slips, so that its words need not be words.
    """

    text: str
    labels: dict[str, float]
    weight: float = 1.0
    has_slips: bool = False


def read_examples(folder: Path = CORPUS) -> list[Example]:
    """Return the examples of the corpus and of the vocabulary."""
    rows = [
        row
        for path in sorted((folder / "utterances").glob("*.csv"))
        for row in _rows(path.read_text("utf-8"))
    ]
    examples = [
        example_of(
            row["text"], row["needs"].split(), row["related"].split(), row["crisis"], row["register"].split()
        )
        for row in rows
    ]
    return [*of_vocabulary(), *(example for example in examples if example.labels)]


def example_of(
    text: str, needs: Sequence[str], related: Sequence[str], crisis: str, register: Sequence[str]
) -> Example:
    """Return what an utterance of the corpus teaches: the danger, that it is no need, or its needs."""
    has_slips = "typed" in register
    if crisis:
        return Example(text, {DANGER + crisis: 1.0}, has_slips=has_slips)
    if not needs and not related:
        return Example(text, {NOT_A_NEED: 1.0}, NO_NEED, has_slips=has_slips)
    return Example(text, dict.fromkeys(related, RELATED) | dict.fromkeys(needs, 1.0), has_slips=has_slips)


def of_vocabulary() -> Iterable[Example]:
    """Yield the vocabulary's phrases as examples."""
    phrases: dict[str, dict[str, float]] = {}
    for row in _rows((DATA / "phrases.csv").read_text("utf-8")):
        phrases.setdefault(row["phrase"], {})[row["concept"]] = float(row["weight"])
    for text, labels in phrases.items():
        yield Example(text, labels, PHRASE)
    for row in _rows((DATA / "library_business.csv").read_text("utf-8")):
        yield Example(row["phrase"], {NOT_A_NEED: 1.0}, PHRASE)
    for row in _rows((DATA / "crisis.csv").read_text("utf-8")):
        yield Example(row["phrase"], {DANGER + row["kind"]: 1.0}, PHRASE)


def digest(folder: Path = CORPUS) -> str:
    """Return a digest of all that the model is made from: the corpus, the vocabulary, the features and the constants."""
    constants = (
        RELATED,
        PHRASE,
        NO_NEED,
        CLASS,
        LENGTH,
        LEAST,
        EPOCHS,
        BATCH,
        RATE,
        DROPPED,
        SHARPNESS,
        KEPT,
    )
    total = sha256(repr((FEATURES_VERSION, *constants)).encode())
    for path in [*sorted((folder / "utterances").glob("*.csv")), folder / "word_classes.csv"]:
        total.update(path.read_bytes())
    for name in ("concepts.csv", "phrases.csv", "library_business.csv", "crisis.csv"):
        total.update((DATA / name).read_bytes())
    return total.hexdigest()


def targets_of(examples: Sequence[Example]) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return the labels of examples, the share of each label in each example, and how much each example counts."""
    names = sorted({label for example in examples for label in example.labels} - vocabulary().concepts.keys())
    labels = (*vocabulary().concepts, *names)
    numbers = {label: number for number, label in enumerate(labels)}
    targets = np.zeros((len(examples), len(labels)), dtype=np.float32)
    for number, example in enumerate(examples):
        for label, share in example.labels.items():
            targets[number, numbers[label]] = share
    targets /= targets.sum(axis=1, keepdims=True)
    return labels, targets, np.array([example.weight for example in examples], dtype=np.float32)


def train(
    examples: Sequence[Example], *, folder: Path = CORPUS, kept: int = KEPT
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a model (`communityconnector.needs.learned.LearnedModel`) that was trained on examples.

    Args:
        examples: the examples.
        folder: the folder of the corpus, which has the classes of words.
        kept: the number of weights that are kept.
    """
    labels, targets, weighting = targets_of(examples)
    classes = _read_classes(folder)
    repairs = _Repairs([example.text for example in examples if not example.has_slips])
    counts = [_count(example.text, classes, repairs) for example in examples]
    keys, values = _values(counts, classes)
    texts = _matrix(counts, keys, values)
    weights, bias = _fit(texts, targets, weighting)
    header = {"labels": labels, "digest": digest(folder), "examples": len(examples), "common": repairs.common}
    words = np.packbits(np.isin(keys, np.array(sorted(repairs.words), dtype=np.uint32)))
    return _pack(header, keys, values, texts, weights, bias, kept) | classes.arrays() | {"words": words}


def _rows(text: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(text.splitlines())


class _Classes:
    """The classes of words, found as the model finds them."""

    def __init__(self, entries: dict[str, set[int]], count: int) -> None:
        by_key = {crc32(words.encode()): sorted(numbers) for words, numbers in sorted(entries.items())}
        self.count = count
        self._keys = np.array(sorted(by_key), dtype=np.uint32)
        lists = [by_key[int(key)] for key in self._keys]
        self._starts = np.cumsum([0, *map(len, lists)], dtype=np.uint32)
        self._classes = np.array([number for numbers in lists for number in numbers], dtype=np.uint16)
        empty = np.zeros(1, dtype=np.float32)
        header = np.frombuffer(json.dumps({"labels": [], "scale": 1, "common": 0}).encode(), dtype=np.uint8)
        finder = LearnedModel(
            self.arrays()
            | {
                "header": header,
                "keys": np.zeros(1, np.uint32),
                "words": np.zeros(1, np.uint8),
                "values": empty,
                "starts": np.zeros(2, np.uint32),
            }
            | {"labels": np.zeros(0, np.uint8), "weights": np.zeros(0, np.int8), "bias": empty}
        )
        self.of: Callable[[str], Sequence[int]] = finder.classes_of

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"class_keys": self._keys, "class_starts": self._starts, "classes": self._classes}


def _read_classes(folder: Path) -> _Classes:
    entries: dict[str, set[int]] = {}
    names: dict[str, int] = {}
    for row in _rows((folder / "word_classes.csv").read_text("utf-8")):
        words = " ".join(read_words(row["word"]))
        if words:
            entries.setdefault(words, set()).add(names.setdefault(row["class"], len(names)))
    return _Classes(entries, len(names))


class _Repairs:
    """Repairs slips as the model does (`LearnedModel.read`), by the words of texts without slips."""

    def __init__(self, texts: Sequence[str]) -> None:
        frequency = Counter(
            key
            for text in texts
            for key in {word_key(word, spanish=is_spanish(text)) for word in read_words(text)}
        )
        self.words = {
            key: float(np.log((1 + len(texts)) / (1 + count)) + 1)
            for key, count in frequency.items()
            if count >= LEAST
        }
        self.common = float(np.log((1 + len(texts)) / (1 + COMMON)) + 1)
        self._meant = lru_cache(None)(self._repair)

    def of(self, word: str, *, spanish: bool) -> str:
        return self._meant(word, spanish)

    def _repair(self, word: str, spanish: bool) -> str:  # noqa: FBT001  # lru_cache passes it on as it is
        if any(word_key(word, spanish=each) in self.words for each in (spanish, not spanish)):
            return word

        def rarity_of(words: Sequence[str]) -> list[float]:
            return [self.words.get(word_key(each, spanish=spanish), np.inf) for each in words]

        return repair(word, rarity_of, self.common)


def _count(text: str, classes: _Classes, repairs: _Repairs) -> Counter[int]:
    words, spanish = read_words(text), is_spanish(text)
    meant = [repairs.of(word, spanish=spanish) for word in words]
    return Counter(read_features(words, meant, classes.of, spanish=spanish).keys)


def _values(counts: Sequence[Counter[int]], classes: _Classes) -> tuple[npt.NDArray[np.uint32], Floats]:
    """Return the keys of the features that are common enough, and the value of each (inverse document frequency)."""
    texts: Counter[int] = Counter()
    for features in counts:
        texts.update(features.keys())
    keys = np.array(sorted(key for key, count in texts.items() if count >= LEAST), dtype=np.uint32)
    frequency = np.array([texts[int(key)] for key in keys])
    values = np.log((1 + len(counts)) / (1 + frequency)) + 1
    for value, of_kind in (
        (CLASS, [class_key(number) for number in range(classes.count)]),
        (LENGTH, [length_key(count) for count in range(LONG + 1)]),
    ):
        values[np.isin(keys, np.array(of_kind, dtype=np.uint32))] *= value
    return keys, values.astype(np.float16).astype(np.float32)


def _matrix(
    counts: Sequence[Counter[int]], keys: npt.NDArray[np.uint32], values: Floats
) -> sparse.csr_matrix:
    """Return the texts as rows of length 1."""
    numbers = {int(key): number for number, key in enumerate(keys)}
    starts, columns, data = [0], [], []
    for features in counts:
        known = [(numbers[key], count) for key, count in features.items() if key in numbers]
        row = np.array([(1 + np.log(count)) * values[number] for number, count in known], dtype=np.float32)
        columns += [number for number, _ in known]
        data.append(row / (np.sqrt(row @ row) or 1))
        starts.append(len(columns))
    return sparse.csr_matrix(
        (np.concatenate(data), np.array(columns, dtype=np.int32), np.array(starts)),
        shape=(len(counts), len(keys)),
    )


def _fit(texts: sparse.csr_matrix, targets: Floats, weighting: Floats) -> tuple[Floats, Floats]:
    random = np.random.default_rng(0)
    count, width = texts.shape
    weights = np.zeros((width, targets.shape[1]), dtype=np.float32)
    bias = np.zeros(targets.shape[1], dtype=np.float32)
    squares = np.full(width, 1e-8, dtype=np.float32)
    for _ in range(EPOCHS):
        order = random.permutation(count)
        for start in range(0, count, BATCH):
            rows = order[start : start + BATCH]
            batch = texts[rows]
            stays = (random.random(len(batch.data)) > DROPPED).astype(np.float32)
            batch.data = batch.data * stays / np.float32(1 - DROPPED)
            columns = np.unique(batch.indices)
            part = batch[:, columns]
            error = softmax(part @ weights[columns] + bias) - targets[rows]
            error *= weighting[rows, None]
            slope = (part.T @ error) / len(rows)
            squares[columns] += (slope**2).mean(axis=1)
            weights[columns] -= RATE * slope / np.sqrt(squares[columns])[:, None]
            bias -= RATE / 2 * error.mean(axis=0)
    return weights * np.float32(SHARPNESS), bias * np.float32(SHARPNESS)


def softmax(scores: Floats) -> Floats:
    """Return chances for rows of scores."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _pack(  # noqa: PLR0913, PLR0917  # the parts of the file
    header: dict[str, Any],
    keys: npt.NDArray[np.uint32],
    values: Floats,
    texts: sparse.csr_matrix,
    weights: Floats,
    bias: Floats,
    kept: int,
) -> dict[str, npt.NDArray[Any]]:
    # Softmax is the same when all labels get the same more of a feature: so most weights are about nothing.
    weights = weights - np.median(weights, axis=1, keepdims=True)
    use = np.sqrt(np.asarray(texts.multiply(texts).sum(axis=0)).ravel())
    importance = np.abs(weights) * np.sqrt(use)[:, None]
    if importance.size > kept:
        weights = np.where(importance >= np.partition(importance, -kept, axis=None)[-kept], weights, 0)
    scale = float(np.abs(weights).max()) / 127
    small = np.round(weights / scale).astype(np.int8)
    rows, labels = np.nonzero(small)
    header = {**header, "scale": scale}
    return {
        "header": np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8),
        "keys": keys,
        "values": values.astype(np.float16),
        "starts": np.searchsorted(rows, np.arange(len(keys) + 1)).astype(np.uint32),
        "labels": labels.astype(np.uint8),
        "weights": small[rows, labels],
        "bias": bias,
    }


def main() -> None:
    """Build the model's file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(str(DATA / FILE)))
    out: Path = parser.parse_args().out
    arrays = train(read_examples())
    with out.open("wb") as file:
        np.savez_compressed(file, **arrays)
    print(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
