"""Words as the needs room compares them: folded, split and stemmed, the same way everywhere."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any, Final

_WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")

STOP_WORDS: Final = frozenset(
    """a an and are as at be been but by can could de del do does el en for from had has have he her hers him his i
    i'd i'll i'm i've if in into is it its just la las lo los me mi mis my of on or our she so some su that the
    their them there they this to un una us was we were what where which who will with would y you your need
    needs needed needing want wants wanted looking look please help helps someone somebody anyone something
    patron patrons customer necesito quiero busco ayuda para por con que es""".split()
)
"""Words that say nothing of a need by themselves. English and Spanish."""


def fold(text: str) -> str:
    """Lower case without accents, typographic apostrophes made plain."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a folded word (Snowball English). Short words and numbers stay as they are."""
    if len(word) < 4 or word.isdigit():
        return word
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


def stems(text: str) -> tuple[str, ...]:
    """The stems of all words of a text, in order."""
    return tuple(stem(word) for word in _WORD.findall(fold(text)))


def telling(text: str) -> tuple[str, ...]:
    """The stems of the words that are not `STOP_WORDS`, in order; all stems where nothing else is left."""
    words = stems(text)
    return tuple(words[position] for position in telling_positions(text))


def telling_positions(text: str) -> tuple[int, ...]:
    """Where in `stems(text)` the words of `telling(text)` stand."""
    words = _WORD.findall(fold(text))
    kept = tuple(position for position, word in enumerate(words) if word not in STOP_WORDS)
    return kept or tuple(range(len(words)))
