"""A head: what the vectors of one encoder mean, as weights of one byte each in a small file."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, Self
from zipfile import BadZipFile

import attrs
import numpy as np
import numpy.typing as npt

from communityconnector.needs.semantic.encoder import Encoder

FILE: Final = "semantic_head.npz"
"""The name of the built-in head's file among the vocabulary's tables."""

Floats = npt.NDArray[np.float32]


@attrs.frozen(eq=False, repr=False)
class Head:
    """The chances of labels by the vector of a text.

    Attributes:
        encoder: the name of the encoder whose vectors it reads.
        labels: the names of the labels, as the learned model has them.
        digest: a digest of what it was made from.
        weights: one row for each label, in bytes.
        scales: what the bytes of each label are multiplied by.
        bias: the score of each label before the vector counts.
    """

    encoder: str
    labels: tuple[str, ...]
    digest: str
    weights: npt.NDArray[np.int8]
    scales: Floats
    bias: Floats

    @classmethod
    def of(cls, encoder: str, labels: tuple[str, ...], digest: str, weights: Floats, bias: Floats) -> Self:
        """Return a head whose weights are rounded to bytes.

        Args:
            encoder: the name of the encoder.
            labels: the names of the labels.
            digest: a digest of what it was made from.
            weights: one row for each label.
            bias: one number for each label.
        """
        scales = np.maximum(np.abs(weights).max(axis=1), 1e-6).astype(np.float32) / np.float32(127)
        small = np.round(weights / scales[:, None]).astype(np.int8)
        return cls(encoder, labels, digest, small, scales, bias.astype(np.float32))

    @classmethod
    def read(cls, path: Traversable) -> Self | None:
        """Return the head of a file, or `None` if the file is missing or holds no head.

        Args:
            path: the file.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                header: dict[str, Any] = json.loads(arrays["header"].tobytes())
                head = cls(
                    str(header["encoder"]),
                    tuple(map(str, header["labels"])),
                    str(header["digest"]),
                    arrays["weights"],
                    arrays["scales"],
                    arrays["bias"],
                )
        except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile):
            return None
        return head if head.is_whole() else None

    def is_whole(self) -> bool:
        """Return whether the parts fit each other."""
        count = len(self.labels)
        return (
            self.weights.dtype == np.int8
            and self.weights.ndim == 2
            and self.weights.shape[0] == self.scales.size == self.bias.size == count > 0
            and bool(np.isfinite(self.scales).all() and np.isfinite(self.bias).all())
        )

    def write(self, path: Path) -> None:
        """Write the head to a file, in one step: another process reads the old one or the new one.

        Args:
            path: the file. One that exists is replaced.
        """
        header = {"encoder": self.encoder, "labels": self.labels, "digest": self.digest}
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez_compressed(
                file,
                header=np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8),
                weights=self.weights,
                scales=self.scales,
                bias=self.bias,
            )
        part.replace(path)

    def fits(self, encoder: Encoder) -> bool:
        """Return whether it was made for an encoder."""
        return (self.encoder, self.weights.shape[1]) == (encoder.name, encoder.dimension)

    def chances(self, vector: npt.NDArray[Any]) -> dict[str, float]:
        """Return the chance of each label; all are above 0 and add up to 1.

        Args:
            vector: the vector of a text, of any length but 0.
        """
        unit = unit_rows(np.asarray(vector, dtype=np.float32)[None])[0]
        scores = (self.weights @ unit) * self.scales + self.bias
        powers = np.exp(np.maximum(scores - scores.max(), -_FARTHEST))
        return dict(zip(self.labels, (powers / powers.sum()).tolist(), strict=True))


_FARTHEST: Final = 30.0
"""No score lies farther than this below the highest, so that no chance is 0."""


def unit_rows(rows: npt.NDArray[Any]) -> Floats:
    """Return vectors of length 1 in the directions of rows; a row of zeros stays as it is."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    units: Floats = (rows / np.where(lengths > 0, lengths, 1.0)[:, None]).astype(np.float32)
    return units


def built_in_head() -> Head | None:
    """Return the built-in head, or `None` if its file is missing."""
    return Head.read(files("communityconnector") / "needs" / "data" / FILE)
