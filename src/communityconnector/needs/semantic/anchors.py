"""Anchors: a head for any encoder, made from the vocabulary's phrases alone. It learns less than one from a corpus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from communityconnector.needs.learned.labels import DANGER, NOT_A_NEED
from communityconnector.needs.semantic.encoder import Encoder
from communityconnector.needs.semantic.head import Floats, Head, unit_rows
from communityconnector.needs.vocabulary import Vocabulary, vocabulary

_SHARPNESS: Final = 12.0
"""How much surer a vector is of an anchor that lies nearer: by cross-validation on the corpus."""
_BATCH: Final = 16


def anchors(encoder: Encoder, file: Path | str | None = None, words: Vocabulary | None = None) -> Head:
    """Return a head for an encoder: for each concept and each danger the middle of the vectors of its phrases.

    All phrases are encoded, which may take minutes. The head is stored in the file, and is read from it as long as encoder
    and phrases stay the same.

    Args:
        encoder: the encoder.
        file: the file in which it is stored; by default in none.
        words: the vocabulary; by default the built-in one.
    """
    phrases = _phrases(words or vocabulary())
    digest = _digest(phrases)
    path = None if file is None else Path(file)
    stored = Head.read(path) if path is not None else None
    if stored is not None and stored.digest == digest and stored.fits(encoder):
        return stored
    head = _computed(encoder, phrases, digest)
    if path is not None:
        head.write(path)
    return head


def _phrases(words: Vocabulary) -> list[tuple[str, str, float]]:
    """Return phrases with the label and the weight of each."""
    phrases: Iterable[tuple[str, str, float]] = (
        *((phrase.words, phrase.concept, phrase.weight) for phrase in words.phrases),
        *((phrase, DANGER + kind, 1.0) for phrase, kind in words.crisis_phrases),
        *((phrase, NOT_A_NEED, 1.0) for phrase in words.library_business),
    )
    return sorted(set(phrases))


def _digest(phrases: Iterable[tuple[str, str, float]]) -> str:
    return sha256(repr((_SHARPNESS, *phrases)).encode()).hexdigest()


def _computed(encoder: Encoder, phrases: list[tuple[str, str, float]], digest: str) -> Head:
    texts = sorted({text for text, *_ in phrases}, key=lambda text: (len(text), text))
    vectors: dict[str, Floats] = {}
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        vectors.update(zip(batch, unit_rows(np.asarray(encoder.encode(batch))), strict=True))
    sums: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(encoder.dimension, dtype=np.float32))
    for text, label, weight in phrases:
        sums[label] += weight * vectors[text]
    labels = tuple(sums)
    weights = unit_rows(np.stack(list(sums.values()))) * np.float32(_SHARPNESS)
    return Head.of(encoder.name, labels, digest, weights, np.zeros(len(labels), dtype=np.float32))
