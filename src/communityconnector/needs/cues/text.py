"""A text as its cues are read: folded letter by letter, so that every word keeps its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, NamedTuple

from communityconnector.needs.cues.numbers import Number, numbers_of
from communityconnector.needs.limits import LONGEST_TEXT

_TOKEN: Final = re.compile(
    r"[fm](?=\d\d\b)|\d+(?=(?:yo[fm]?|yrs?|y|[fm]|mos?|months?|[ap]m|ish|k|x)\b)|[a-z0-9]+(?:'[a-z]+)?|[.,;:!?()\n]"
)
"""Words and marks. A number is parted from the letters of age, sex or time beside it: "16yo", "F34", "8pm"."""
_ENCLITICS: Final = frozenset({"s", "re", "ll", "d", "ve"})
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


def normal(word: str) -> str:
    """Return a folded word without apostrophe and what hangs on it: "son's" is "son", "we're" is "we", "don't" is "dont"."""
    if "'" not in word:
        return word
    word, _, rest = word.partition("'")
    return word if rest in _ENCLITICS else word + rest.replace("'", "")


class Word(NamedTuple):
    """What a table knows of a word.

    Attributes:
        word: the word, folded, without apostrophe and genitive: "landlord's" is "landlord".
        stem: its stem.
        classes: its classes, such as `person` or `unit`.
        keys: what phrases of the table may call it: its stem, itself, its classes.
    """

    word: str
    stem: str
    classes: frozenset[str]
    keys: tuple[str, ...]


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        word: the word as `Word` has it.
        stem: its stem.
        classes: its classes.
        keys: what phrases may call it.
        start: where it begins in the text.
        end: where it ends.
        clause: the number of its clause; commas and stops end one.
    """

    word: str
    stem: str
    classes: frozenset[str]
    keys: tuple[str, ...]
    start: int
    end: int
    clause: int


_NO_TOKEN: Final = Token("", "", frozenset(), (), 0, 0, -1)


class Text:
    """A text with its words.

    Args:
        text: the text; only `limits.LONGEST_TEXT` letters of it are read.
        word_of: gives what is known of a word.

    Attributes:
        written: the text as it was written.
        plain: the same in lower case without accents, letter for letter.
        tokens: its words.
        numbers: the numbers among them.
        stems: the stems of its words.
    """

    def __init__(self, text: str, word_of: Callable[[str], Word]) -> None:
        self.written = text[:LONGEST_TEXT]
        self.plain = plain(self.written)
        self.tokens: list[Token] = []
        clause = 0
        for match in _TOKEN.finditer(self.plain):
            word = match[0]
            if word[0].isalnum():
                self.tokens.append(Token(*word_of(normal(word)), match.start(), match.end(), clause))
            else:
                clause += 1
        self.stems = frozenset(token.stem for token in self.tokens)
        self.numbers: list[Number] = numbers_of([token.word for token in self.tokens])

    def token(self, position: int) -> Token:
        """Return the word at a position; outside the text one that is empty and of no class."""
        return self.tokens[position] if 0 <= position < len(self.tokens) else _NO_TOKEN

    def between(self, position: int) -> str:
        """Return the marks and blanks before the word at a position."""
        start = self.token(position - 1).end
        return self.plain[start : self.tokens[position].start if position < len(self.tokens) else None]

    def ends_before(self, position: int) -> bool:
        """Return whether a clause or the text ends before the word at a position."""
        return not 0 < position < len(self.tokens) or (
            self.tokens[position].clause != self.tokens[position - 1].clause
        )

    def back(self, position: int, most: int) -> Iterator[Token]:
        """Yield the words of the clause before a position, the nearest first."""
        for before in range(position - 1, max(-1, position - 1 - most), -1):
            if self.tokens[before].clause != self.tokens[position].clause:
                return
            yield self.tokens[before]

    def ahead(self, position: int, most: int) -> Iterator[Token]:
        """Yield the words of the clause after a position, the nearest first."""
        for after in range(position + 1, min(len(self.tokens), position + 1 + most)):
            if self.tokens[after].clause != self.tokens[position].clause:
                return
            yield self.tokens[after]
