"""The parts of a text that may be read on their own: its sentences, and of a long sentence overlapping stretches of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_END: Final = re.compile(r"[.!?\u2026\n\r]+(?=\s|$)|[\n\r]+")
_LONG: Final = 24
_STRETCH: Final = 8
_STEP: Final = 3
"""Of a sentence of more than `_LONG` words, stretches of words are parts, too: short ones, since calm words of the same
sentence drown a cry as well. A shorter sentence stays whole: it may be an idiom or a title, which its other words show."""


def parts_of(text: str) -> Iterator[str]:
    """Yield the sentences of a text, each once, and after a long one its stretches of words.

    Args:
        text: the text.
    """
    for sentence in dict.fromkeys(map(str.strip, _END.split(text))):
        words = sentence.split()
        if words:
            yield sentence
        if len(words) > _LONG:
            for start in range(0, len(words) - _STRETCH + _STEP, _STEP):
                yield " ".join(words[start : start + _STRETCH])
