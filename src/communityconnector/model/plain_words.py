"""Texts and names in one plain spelling, so that accents, case and joined words make no difference."""

from __future__ import annotations

import re
from typing import Final

from communityconnector.model.folding import fold


def folded(text: str) -> str:
    """A text in small letters without accents and apostrophes, single blanks between its words."""
    return " ".join(_APOSTROPHES.sub("", fold(text)).split())


_APOSTROPHES: Final = re.compile("['`\u2018\u2019\u02bc\u00b4]")


def words_of(name: str, *, camel: bool = True) -> list[str]:
    """The words and numbers of a column's or a field's name, however they are joined.

    Args:
        name: the name: `PhysicalAddressIsPrivate`, `hide_address`, `Hide address?`.
        camel: whether a capital letter after a small one begins a word.
    """
    text = _NUMBERED.sub("", name)
    if camel:
        text = _CAMEL.sub(r"\1\3 \2\4", text)
    return _WORDS.findall(folded(text))


_NUMBERED: Final = re.compile(r"\(column \d+\)$")
"""What keeps apart two columns of one name."""
_CAMEL: Final = re.compile(r"([a-z\u00df-\u00ff])([A-Z\u00c0-\u00de])|([A-Z])([A-Z][a-z])")
_WORDS: Final = re.compile(r"[a-z]+|\d+")
