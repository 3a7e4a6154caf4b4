"""Letters without case and accents, as texts are compared everywhere."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, typographic apostrophes made plain."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
