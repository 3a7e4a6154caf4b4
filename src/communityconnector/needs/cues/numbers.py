"""Numbers in digits and in words, English and Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

_UNITS: Final = "one two three four five six seven eight nine".split()
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNIDADES: Final = "uno dos tres cuatro cinco seis siete ocho nueve".split()
_DIECES: Final = "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve".split()
_DECENAS: Final = "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()

_DIGIT: Final = {word: number for words in (_UNITS, _UNIDADES) for number, word in enumerate(words, 1)}
_ROUND: Final = {
    word: number
    for words in (_TENS, _DECENAS)
    for number, word in zip(range(20, 100, 10), words, strict=True)
}
VALUES: Final[dict[str, int]] = {
    **_DIGIT,
    **{word: number for words in (_TEENS, _DIECES) for number, word in enumerate(words, 10)},
    **_ROUND,
    **{f"veinti{word}": number for number, word in enumerate(_UNIDADES, 21)},
    **{f"{tens}{unit}": _ROUND[tens] + _DIGIT[unit] for tens in _TENS for unit in _UNITS},
    "un": 1, "una": 1, "fifthteen": 15, "fourty": 40,
}  # fmt: skip
"""The number of each word that is one."""
_MOST_DIGITS: Final = 3


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        value: its value.
        first: position of its first word.
        last: position of its last word.
    """

    value: int
    first: int
    last: int


def numbers_of(words: Sequence[str]) -> list[Number]:
    """Return the numbers among folded words: 34 for "34", "thirty four" and "treinta y cuatro"."""
    numbers: list[Number] = []
    position = 0
    while position < len(words):
        value, last = _value(words[position]), position
        if value is not None and words[position] in _ROUND:
            rest = position + (2 if words[position + 1 : position + 2] == ["y"] else 1)
            if rest < len(words) and words[rest] in _DIGIT:
                value, last = value + _DIGIT[words[rest]], rest
        if value is not None:
            numbers.append(Number(value, position, last))
        position = last + 1
    return numbers


def _value(word: str) -> int | None:
    if word.isdecimal() and word.isascii():
        return int(word) if len(word) <= _MOST_DIGITS else None
    return VALUES.get(word)
