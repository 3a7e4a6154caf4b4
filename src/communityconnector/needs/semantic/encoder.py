"""The port of a sentence encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Encoder(Protocol):
    """Turns texts into vectors. Texts that mean nearly the same have vectors in nearly the same direction.

    A text has the same vector in every process and beside any other texts. Every text has one: empty, of a megabyte, in any
    script. All numbers are finite. `communityconnector.testing.encoders.EncoderContract` tests this.
    """

    @property
    def name(self) -> str:
        """The model and its version. Another name means other vectors: what was learned from these does not fit them."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.floating[Any]]:
        """Return the vectors of texts: one row for each, in their order.

        Args:
            texts: the texts.
        """
        ...
