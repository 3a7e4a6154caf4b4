"""Letters without case and accents, as texts are compared everywhere."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, typographic apostrophes made plain."""
    return text.lower() if text.isascii() else without_accents(text).casefold()


def without_accents(text: str) -> str:
    """A text without accents, typographic apostrophes made plain; its case stays."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    if not plain.isascii():
        # A text has few letters that differ.
        for mark in filter(unicodedata.combining, set(plain)):
            plain = plain.replace(mark, "")
    return plain
