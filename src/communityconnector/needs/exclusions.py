"""Words of a text that do not state a need: what is denied, and what a person wants to give."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import Final

from communityconnector.needs.phrases import Stems
from communityconnector.needs.words import fold, stems, word_starts

_NEGATED: Final = tuple(stems(words) for words in ("not", "except", "no soy"))
_NOT_NEGATED: Final = frozenset(
    stems("enough able have eat eating sure working sleep safe afford going getting know")
)
_SCOPE_ENDS: Final = frozenset(stems("but just only need pero sino necesito"))
_SCOPE: Final = 4
"""The number of words that a negation denies."""


def denied_positions(words: Stems) -> frozenset[int]:
    """Return the positions of the few words after a negative: "not homeless, just need a cheaper place"."""
    positions: set[int] = set()
    for start in range(len(words)):
        for marker in _NEGATED:
            end = start + len(marker)
            if words[start:end] != marker or (end < len(words) and words[end] in _NOT_NEGATED):
                continue
            for position in range(end, min(end + _SCOPE, len(words))):
                if words[position] in _SCOPE_ENDS:
                    break
                positions.add(position)
    return frozenset(positions)


_DENIED: Final = re.compile(
    r"\b(?:(?:do not|don'?t|dont|does not|doesn'?t|didn'?t) (?:really |even )?(?:need|want)"
    r"|(?:not|isn'?t|ain'?t|wasn'?t) (?:really )?(?:looking for|after|asking for|here for|about)"
    r"|(?:already|aleady|alredy) (?:have|has|had|got|get|on|applied for|signed up for)|(?:i'?ve|i) already got"
    r"|(?:got|have) (?:my |the )?(?=[a-z' ]{2,20} already\b)"
    r"|no (?:necesito|ocupo|quiero|busco|es por|es para)|ya (?:tengo|tenemos|tiene|recibo|cuento con|me dieron)"
    r"|instead of|rather than|en vez de|en lugar de|besides|other than|aside from|aparte de|ademas de)\b"
)
_DENIAL_ENDS: Final = re.compile(
    r"[,.;:!?()\n]|--?\s|\b(?:but|just|only|i need|need|i'?m after|looking for|is there|are there|can i|where|who|do you|hay|donde|quien|pero|sino|solo|nomas|necesito|ocupo|busco|lo que)\b"
)
_FEARED: Final = re.compile(
    r"\s*(?:to|my|him|her|them|me|us|it|that|this|anyone|anybody|no|nobody|trouble|que|a que|mi|mis|nada|problemas)\b"
)
"""After "don't want" these tell of a fear: "I don't want to lose my home"."""
_MOST_LETTERS: Final = 60
"""The largest number of letters that a marker denies."""


def denied_words(text: str) -> frozenset[int]:
    """Return the positions of the words that a clause says not to need: "I don't need food", "ya tengo Medicaid".

    Args:
        text: the words.
    """
    folded = fold(text)
    starts = word_starts(folded)
    denied: set[int] = set()
    for marker in _DENIED.finditer(folded):
        rest = folded[marker.end() : marker.end() + _MOST_LETTERS]
        if _FEARED.match(rest):
            continue
        end = _DENIAL_ENDS.search(rest)
        last = marker.end() + (end.start() if end else len(rest))
        denied.update(range(bisect_left(starts, marker.end()), bisect_left(starts, last)))
    return frozenset(denied)


DENIALS: Final = frozenset(
    "not don't doesn't do other than instead except no donate donating donar volunteer used".split()
)
"""Words that by themselves only deny something, or say that it is given."""

_GIVING: Final = frozenset("donate donating donar".split())
_TO_VOLUNTEER: Final = frozenset("to can could volunteering".split())
_NEEDED: Final = frozenset("need needs but necesito necesitamos pero".split())


def given_positions(words: Stems) -> set[int]:
    """Return the positions of what a person wants to give, or to do for others: "where can I donate furniture"."""
    positions: set[int] = set()
    for start, word in enumerate(words):
        if word in _GIVING or (word == "volunteer" and start and words[start - 1] in _TO_VOLUNTEER):
            ends = (n for n in range(start + 1, len(words)) if words[n] in _NEEDED)
            positions.update(range(start + 1, next(ends, len(words))))
    return positions


def is_other_script(text: str) -> bool:
    """Return whether most letters of a text are not Latin."""
    letters = [letter for letter in fold(text) if unicodedata.category(letter).startswith("L")]
    return sum("a" <= letter <= "z" for letter in letters) * 2 < len(letters)
