"""Verbs in the past."""

from __future__ import annotations

from typing import Final

from communityconnector.needs.cues.text import Text

_SHORTEST: Final = 5
_ENDINGS: Final = ("ed", "aron", "ieron", "aste", "iste")
_ACCENTS: Final = frozenset("óéí")
"""A Spanish preterite ends in one of these."""


def is_past(text: Text, position: int) -> bool:
    """Return whether a word is a verb in the past: a known one, one in -ed, a Spanish preterite by its ending or accent."""
    token = text.token(position)
    if "past" in token.classes or "no verb" in token.classes:
        return "past" in token.classes
    if len(token.word) < _SHORTEST:
        return False
    return token.word.endswith(_ENDINGS) or text.written[token.end - 1] in _ACCENTS
