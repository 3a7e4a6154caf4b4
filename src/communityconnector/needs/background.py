"""The words of a text that say who someone is, and not what is needed: "I'm a vet and need food", "on Medi-Cal, tooth hurts"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues import Cues
from communityconnector.needs.cues.model import ACCESSIBILITY, AGE, AGE_GROUP, BARRIER, SITUATION

_OF_THE_PERSON: Final = frozenset({SITUATION, BARRIER, ACCESSIBILITY, AGE, AGE_GROUP})
_ENDS: Final = re.compile(
    r"(?P<more>\s+(?:of|from|de|del)\s+(?:the\s+|la\s+)?\w+)?\s*(?:$|[.,;:!?()\n&+/-]|(?:and|n|but|so|need|needs|needing|who|with|w|looking|want|wants|trying|now|here|my|i|can|where|how"
    r"|y|e|pero|necesito|necesita|ocupo|busco|con|que|quiero|donde|mi)\b)",
    re.IGNORECASE,
)
"""What follows words that are a statement of their own: "just got out of prison, ...". In "veterans benefits" a noun follows."""
_ASKED: Final = re.compile(
    r"\b(?:for|about|para|sobre|needs?|wants?|looking|help|pay|paying|ayuda|pagar|necesit[oa]|ocupo|busco|quiero)\b",
    re.IGNORECASE,
)
"""Words in a cue that ask for its object, as in "paying for daycare"."""
_ASKS: Final = re.compile(
    r"\b(?:for|about|to|need|needs|want|wants|get|getting|find|finding|against|of|with (?:my|his|her|the|this|an?)|from|help|facing|stop"
    r"|(?:can|could|should|do|does|did) (?:i|we|he|she|they|you)|learn|learning|renew|renewing|expired|expires"
    r"|para|sobre|de|a|necesito|necesita|busco|contra|ayuda(?: con)?|quiero|quiere|quisiera|puedo|aprender|renovar|vence|vencio)(?:\s+(?:an?|the|my|some|un|una|mi|el|la))?\s*$",
    re.IGNORECASE,
)
"""What stands before words that are the object of what is asked: "help with my diabetes"."""

_TELLING: Final = frozenset({"no_insurance", "Uninsured"})
"""Values that say which service it should be: who needs a doctor and has no insurance asks for a free clinic."""
_REACH: Final = 40
"""The number of letters before a cue that are looked at."""


def without_background(text: str, cues: Cues) -> str:
    """Return a text without the statements about the person; the same text if it has none.

    Args:
        text: the words.
        cues: what they say of the person and the circumstances.
    """
    kept = []
    at = 0
    for start, end in sorted(_statements(text, cues)):
        if start >= at:
            kept.append(text[at:start])
        at = max(at, end)
    return " ".join((*kept, text[at:])) if at else text


def _statements(text: str, cues: Cues) -> Iterator[tuple[int, int]]:
    for cue in cues.spans:
        end = _ENDS.match(text, cue.end)
        if cue.kind not in _OF_THE_PERSON or end is None or cue.value in _TELLING:
            continue
        if not (
            _ASKS.search(text, max(0, cue.start - _REACH), cue.start)
            or _ASKED.search(text, cue.start, cue.end)
        ):
            yield cue.start, cue.end + len(end["more"] or "")
