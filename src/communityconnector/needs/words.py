"""Words as they are compared: folded, split and stemmed, in one way everywhere."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from communityconnector.model.folding import fold as fold  # noqa: PLC0414  # one of the words' own verbs

_WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

STOP_WORDS: Final = frozenset(
    """a an and are as at be been but by can could de del do does el en for from had has have he her hers him his i
    i'd i'll i'm i've if in into is it its just la las lo los me mi mis my of on or our she so some su that the
    their them there they this to un una us was we were what where which who will with would y you your need
    needs needed needing want wants wanted looking look please help helps someone somebody anyone something
    patron patrons customer necesito quiero busco ayuda para por con que es""".split()
)
"""English and Spanish words that by themselves say nothing of a need."""


LONGEST: Final = 50
"""Longer words are not real words: they are not stemmed, and not cached."""


def stem(word: str) -> str:
    """Return a folded word without endings of number and tense: "pantries" becomes "pantry", "paying" becomes "pay".

    It is lighter than the Snowball stemmer on purpose, after Harman's S stemmer (1991). Endings that make another word
    stay ("nature" is not "naturalization"). It takes a tenth of the time, for which every process waits at the start.
    Short words, numbers and `_WHOLE` stay unchanged.
    """
    return word if len(word) > LONGEST else _stem(word)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("'")
    if len(word) < 4 or word in _WHOLE or not word.isalpha():
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and any(letter in "aeiouy" for letter in base):
            doubled = base[-1] == base[-2] and base[-1] not in "aeiolsz"
            if doubled:
                return base[:-1]
            return f"{base}e" if _lost_its_e(base) else base.removesuffix("e")
    if word.endswith("e") and len(word) > 3 and not _lost_its_e(word[:-1]):
        return word[:-1]
    return word


def _lost_its_e(base: str) -> bool:
    """Return whether a short word without its last e would be another word: "care" and "car", "ride" and "rid".

    As in Porter's algorithm (1980): consonants, one vowel and one consonant other than w, x and y.
    """
    return _SHORT.fullmatch(base) is not None


_SHORT: Final = re.compile(r"[^aeiouy]*[aeiouy][^aeiouwxy]")


def ending(word: str) -> str:
    """Return the ending of number or tense that the stem of a folded word lacks: "s", "ed", "ing" or ""."""
    if stem(word) in {word, word.removesuffix("e")}:
        return ""
    return next((suffix for suffix in ("ing", "ed") if word.endswith(suffix)), "s")


_WHOLE: Final = frozenset(
    "housing clothing building evening wedding nursing heating cooling hearing morning nothing during ceiling"
    " something anything everything spring bedding news always bus gas this does has was his yes need feed seed"
    " bleed weed indeed speed glasses braces scrubs".split()
)
"""Words that only seem to have an ending, or that mean something else without it."""


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text, in order."""
    return tuple(_WORD.findall(fold(text)))


def word_starts(folded: str) -> list[int]:
    """Return where the words (`words_of`) of a folded text begin in it."""
    return [match.start() for match in _WORD.finditer(folded)]


def stems(text: str) -> tuple[str, ...]:
    """Return the stems of all words of a text, in order."""
    return tuple(map(stem, words_of(text)))


def content_positions(words: tuple[str, ...]) -> tuple[int, ...]:
    """Return the positions of the words that are not `STOP_WORDS`; all positions if there are no others."""
    positions = tuple(position for position, word in enumerate(words) if word not in STOP_WORDS)
    return positions or tuple(range(len(words)))


def content_stems(text: str) -> tuple[str, ...]:
    """Return the stems of the words that are not `STOP_WORDS`, in order; all stems if there are no others."""
    words = words_of(text)
    return tuple(stem(words[position]) for position in content_positions(words))
