"""A text as its cues are read: folded letter by letter, so that every word keeps its place."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import attrs

from communityconnector.needs.cues.numbers import COUNTED
from communityconnector.needs.limits import LONGEST_TEXT
from communityconnector.needs.words import stem

_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[.,;:!?()\n]")
_FIRST, _LAST = 0x80, 0x2FF


@cache
def _bases() -> dict[int, str]:
    """Return the letter without accent for each Latin letter with one, and plain apostrophes."""
    bases = {0x2019: "'", 0x2018: "'", 0x0060: "'", 0x00B4: "'"}
    for code in range(_FIRST, _LAST):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if code not in bases and base.isascii() and base.isalpha():
            bases[code] = base.lower()
    return bases


def plain(text: str) -> str:
    """Return a text in lower case without accents, of the same length."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)
    return lower.translate(_bases())


@attrs.frozen
class Token:
    """A word of a text.

    Attributes:
        word: the word, folded, without apostrophe and genitive: "landlord's" is "landlord".
        stem: its stem.
        start: where it begins in the text.
        end: where it ends.
        clause: the number of its clause; commas and stops end one.
    """

    word: str
    stem: str
    start: int
    end: int
    clause: int


def normal(word: str) -> str:
    """Return a folded word without genitive and apostrophe: "son's" is "son", "don't" is "dont"."""
    return word.removesuffix("'s").replace("'", "")


class Text:
    """A text with its words.

    Args:
        text: the text; only `limits.LONGEST_TEXT` letters of it are read.

    Attributes:
        written: the text as it was written.
        plain: the same in lower case without accents, letter for letter.
        tokens: its words.
        has_number: whether a number is among them, in digits or in words.
    """

    def __init__(self, text: str) -> None:
        self.written = text[:LONGEST_TEXT]
        self.plain = plain(self.written)
        self.has_number = False
        self.tokens: list[Token] = []
        clause = 0
        for match in _TOKEN.finditer(self.plain):
            word = match[0]
            if word[0].isalnum():
                word = normal(word)
                self.tokens.append(Token(word, stem(word), match.start(), match.end(), clause))
                self.has_number = self.has_number or word[0].isdigit() or word in COUNTED
            else:
                clause += 1
