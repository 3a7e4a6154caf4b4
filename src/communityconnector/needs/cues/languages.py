"""The language of a text, and the language that it asks for.

A language is spoken or wanted where a word of speaking stands beside its name ("in arabic", "speaks dari", "hmong
interpreter"), or a person ("haitian family"). It is none where it is learned, or names a thing ("french bread").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from communityconnector.needs.cues.model import LANGUAGE, Cue
from communityconnector.needs.cues.table import Hit
from communityconnector.needs.cues.text import Text

_MARKS: Final = re.compile(r"[ñ¿¡]|\w(?:ción|sión|ía|ár|ér|ír)\b", re.IGNORECASE)
_ENDINGS: Final = re.compile(
    r"(?:cion|ciones|mente|[ai]endo|ando|idad|it[oa]s?|[ai]?eron|aron|[aei]mos|aba|ador|adore?s|eri[ao]s?"
    r"|[aei]r(?:me|te|se|l[aeo]s?|nos)|uel[ao]s?|az[ao]s?|[ae]ncia|[ai]d[oa]s?|aje|ismo|ista)$"
)
_LOOSE_ENDINGS: Final = re.compile(r"\w{4}[^aeiou](?:os?|as?)$")
"""Endings of many Spanish words, and of names and foods in English: one alone says nothing."""
_NOT_SPANISH: Final = frozenset(
    """pizza plaza visa opera camera cafeteria extra tortilla burrito fajita criteria bacteria marijuana commando orlando
    fernando dorito alexandria colorado nevada florida tornado avocado potato tomato tobacco casino domino inferno reverse
    massage garage voltage mileage eczema trauma drama formula dilemma asthma panda agenda stigma pajamas christmas texas
    kansas arkansas arizona alabama montana oklahoma indiana minnesota dakota pacheco turbo condo bingo limbo fiasco
    fentanyl chihuahua cinema melanoma lymphoma glaucoma carcinoma hepatitis propaganda veranda vista barista
    algebra diploma umbrella orchestra replica stamina saliva pharma canola gorilla vanilla granola flamingo memento mosquito
    espresso manifesto concerto soprano piccolo maestro bravado embargo cargo tango mango torso""".split()
)
"""English words, or words of both, with a Spanish ending."""
_SHORTEST: Final = 5
_SHARE: Final = 0.7
"""So many Spanish words to an English one make a text Spanish."""
_FEW: Final = 4
"""A text of so few words is Spanish for a single Spanish word."""


def is_spanish(text: Text) -> bool:
    """Return whether a text is Spanish, by its words, endings and accents; one with a little English in it, too."""
    spanish = english = 0.0
    has_own = not text.written.isascii()
    for token in text.tokens:
        if "both languages" in token.classes:
            spanish += 0.4
            english += 0.3 if "english" in token.classes else 0.0
        elif "spanish" in token.classes:
            has_own = True
            spanish += 1
        elif "english" in token.classes:
            english += 1
        elif token.classes or len(token.word) < _SHORTEST or token.word in _NOT_SPANISH:
            continue
        elif _ENDINGS.search(token.word):
            has_own = True
            spanish += 0.6
        elif _LOOSE_ENDINGS.search(token.word):
            has_own = True
            spanish += 0.3
    if not text.written.isascii():
        spanish += 1.5 * len(_MARKS.findall(text.written))
        spanish += 0.5 * sum(letter in "áéíóú" for letter in text.written.lower())
    return has_own and spanish >= max(1.0 if len(text.tokens) > _FEW else 0.5, english * _SHARE)


def read_language(text: Text, hits: Sequence[Hit]) -> Iterator[Cue]:
    """Yield the language that a text asks for or says is spoken, or its own where that is Spanish.

    Args:
        text: the text.
        hits: where the table finds names of languages in it.
    """
    for hit in hits:
        if _is_spoken(text, hit):
            yield Cue(LANGUAGE, hit.rule.values[0], text.tokens[hit.first].start, text.tokens[hit.last].end)
            return
    if is_spanish(text):
        yield Cue(LANGUAGE, "es", 0, len(text.written))


def _is_spoken(text: Text, hit: Hit) -> bool:
    """Return whether a language is spoken or wanted, and not learned or the name of a thing."""
    before, after = list(text.back(hit.first, 2)), list(text.ahead(hit.last, 1))
    near = [token.classes for token in (*before[:1], *after)]
    if any("learning" in classes for classes in near):
        return False
    if not any("also a thing" in token.classes for token in text.tokens[hit.first : hit.last + 1]):
        return True
    about = bool(before) and "about" in before[0].classes
    return (
        any({"speaking", "helper", "person"} & classes for classes in near)
        or (about and "speaking" in before[-1].classes)
        or len(text.tokens) == hit.last + 1 - hit.first
    )
