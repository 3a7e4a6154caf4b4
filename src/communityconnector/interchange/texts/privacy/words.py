"""What a sentence or a cell says of a place, a phone or a record that is to be hidden.

"Address is confidential" hides a place; "all calls are confidential" does not. So a word of secrecy counts only with a
word for a place, in the same clause, and with nothing between them that could be confidential instead.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.phrases import (
    ALONE,
    ANOTHERS,
    ASKED,
    CASA,
    CELL_KEYS,
    CELL_WORDS,
    CELLS,
    CONDITION,
    DISCLOSING,
    FIRST_SIGNS,
    HOUSE,
    MARKED,
    NO_SUBJECT,
    PLACED,
    REFUSED,
    SAYINGS,
    SECRET,
    UNLISTED,
    WEAK_SIGNS,
)
from communityconnector.model import Disclosure
from communityconnector.model.plain_words import folded


@attrs.frozen
class PrivacyPhrase:
    """What a text says is to be hidden.

    Attributes:
        scope: what.
        level: from whom.
        words: the words that say so, in plain spelling; never a street.
        is_all: whether the text says nothing else, so that it is not a street.
    """

    scope: Scope
    level: Disclosure
    words: str
    is_all: bool = False


def may_tell(text: str) -> bool:
    """Return whether a text may hold words of secrecy: a quick look that spares most texts the slow one."""
    return _has_one_of(_FIRST_SIGNS, text)


def privacy_phrase_in(text: str) -> PrivacyPhrase | None:
    """Return what a note or a description says is to be hidden; `None` where it says nothing of the kind."""
    if not may_tell(text):
        return None
    text = _spelt_out(text)
    bare = _bare(text)
    if bare in ALONE:
        return PrivacyPhrase(Scope.LISTING, _level(Disclosure.NEVER, bare), bare, is_all=True)
    for clause in _CLAUSES.split(text[:_LONGEST]):
        phrase = _in_clause(folded(_DASHES.sub(" - ", clause)))
        if phrase is not None:
            return phrase
    return None


def _spelt_out(text: str) -> str:
    """Return a text without underscores, in which a word of secrecy is not cut short: "conf. addr" is "confidential address"."""
    text = text[:_LONGEST].replace("_", " ")
    if not _CUT.search(text):
        return text
    return _CUT_PLACE.sub(lambda match: _PLACES[match[0][0].lower()], _CUT.sub("confidential", text))


_CUT: Final = re.compile(r"\bconf(?:id|ident)?\b\.?(?! ?(?:call|room|rm|center))", re.IGNORECASE)
_CUT_PLACE: Final = re.compile(r"\b(?:addr?|loc)\b\.?", re.IGNORECASE)
_PLACES: Final = {"a": "address", "l": "location"}


def may_tell_in_place(text: str) -> bool:
    """As `may_tell`, for the cells of a place, all in one text."""
    return _has_one_of(_CELL_KEYS, text)


def _has_one_of(signs: frozenset[bytes], text: str) -> bool:
    """Return whether a text has one of some words, or a weak sign that counts."""
    if not text.isascii():
        text = folded(text)
    # Its words and numbers, as `_bare` has them; bytes are parted in half the time.
    words = text.encode("ascii", "replace").translate(_PARTED, _APOSTROPHES).split()
    if _ANY_SIGN.isdisjoint(words):
        return False
    return not signs.isdisjoint(words) or not (
        _WEAK_SIGNS.isdisjoint(words) or _BESIDE_WEAK.isdisjoint(words)
    )


@lru_cache(maxsize=2048)
def privacy_phrase_in_place(text: str) -> PrivacyPhrase | None:
    """Return what a cell that should name a place (a street, a city, directions) says of hiding it."""
    if not may_tell_in_place(text):
        return None
    text = _spelt_out(text)
    bare = _bare(text)
    words = bare.split()
    if len(words) < _FEW and all(word in CELL_WORDS for word in words):
        for pattern, level in CELLS:
            if pattern.search(bare):
                return PrivacyPhrase(Scope.PLACE, level, bare, is_all=True)
    phrase = privacy_phrase_in(text)
    if phrase is not None:
        return attrs.evolve(phrase, scope=Scope.PLACE) if phrase.scope is Scope.LISTING else phrase
    marked = MARKED.search(bare)
    return PrivacyPhrase(Scope.PLACE, Disclosure.NEVER, marked[0]) if marked else None


def privacy_phrase_of_phone(text: str) -> PrivacyPhrase | None:
    """Return what the description of a phone says of hiding it."""
    match = UNLISTED.search(_bare(text))
    return None if match is None else PrivacyPhrase(Scope.PHONE, _level(Disclosure.NEVER, match[0]), match[0])


_PARTED: Final = bytes(
    ord(chr(byte).lower()) if chr(byte).isalnum() else ord(" ") for byte in range(128)
).ljust(256)
"""Small letters, and a blank for every other sign."""
_APOSTROPHES: Final = b"'`"
_FIRST_SIGNS: Final = frozenset(map(str.encode, FIRST_SIGNS))
_CELL_KEYS: Final = frozenset(map(str.encode, CELL_KEYS))
_WEAK_SIGNS: Final = frozenset(map(str.encode, WEAK_SIGNS))
_BESIDE_WEAK: Final = frozenset(map(str.encode, (DISCLOSING | PLACED | ASKED) - WEAK_SIGNS))
_ANY_SIGN: Final = _FIRST_SIGNS | _CELL_KEYS | _WEAK_SIGNS
_LONGEST: Final = 20_000
_FEW: Final = 20
_CLAUSES: Final = re.compile(r"[.;!?\n\r|\u2022]+")
_DASHES: Final = re.compile("[\u2013\u2014]")
_WORDS: Final = re.compile(r"[a-z0-9]+")
_STAFF: Final = re.compile(r"\b(?:staff|internal|interno|personal)\b")


def _bare(text: str) -> str:
    """Return the words and numbers of a text, and nothing else."""
    return " ".join(_WORDS.findall(folded(text[:_LONGEST])))


def _in_clause(clause: str) -> PrivacyPhrase | None:
    words = set(_WORDS.findall(clause))
    if (
        SECRET.isdisjoint(words)
        and (REFUSED.isdisjoint(words) or DISCLOSING.isdisjoint(words))
        and (PLACED.isdisjoint(words) or ASKED.isdisjoint(words))
    ):
        return None
    for pattern, scope, level in SAYINGS:
        for match in pattern.finditer(clause):
            if not _is_anothers(clause, match):
                saying = match[0].strip(" :,-([")
                return PrivacyPhrase(scope, _level(level, saying), saying)
    return None


def _level(level: Disclosure, words: str) -> Disclosure:
    return Disclosure.STAFF_ONLY if level is Disclosure.NEVER and _STAFF.search(words) else level


def _is_anothers(clause: str, match: re.Match[str]) -> bool:
    """Return whether a match is about a patron's address, or about something else at the place."""
    if CONDITION.match(clause) and match.start() < _NEAR:
        return True
    before = ANOTHERS.search(clause[: match.start()])
    if before is None:
        return False
    # "In a confidential location" does hide; "calls at this location are confidential" does not.
    return before["at"] is None or (bool(_PLACE.match(match[0])) and not NO_SUBJECT.search(match[0]))


_NEAR: Final = 30
_PLACE: Final = re.compile(f"{HOUSE}|{CASA}")
