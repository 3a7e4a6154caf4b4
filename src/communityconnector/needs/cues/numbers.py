"""Numbers in digits and in words, English and Spanish, as a pattern and a reader."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = "one two three four five six seven eight nine".split()
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNIDADES: Final = "uno dos tres cuatro cinco seis siete ocho nueve".split()
_DIECES: Final = "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve".split()
_DECENAS: Final = "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()

VALUES: Final[dict[str, int]] = {
    **{word: number for words in (_UNITS, _UNIDADES) for number, word in enumerate(words, 1)},
    **{word: number for words in (_TEENS, _DIECES) for number, word in enumerate(words, 10)},
    **{word: number for words in (_TENS, _DECENAS) for number, word in zip(range(20, 100, 10), words, strict=True)},
    **{f"veinti{word}": number for number, word in enumerate(_UNIDADES, 21)},
    "un": 1, "una": 1, "fifthteen": 15, "fourty": 40,
}  # fmt: skip
"""The number of each word that is one."""

COUNTED: Final = frozenset(VALUES) | frozenset(
    [f"{tens}{unit}" for tens in _TENS for unit in _UNITS]
    + "twins triplets gemelos gemelas cuates mellizos trillizos twenties thirties forties fifties sixties seventies eighties nineties".split()
)
"""Words beside which an age or a number of people may stand."""

_WORDS: Final = "|".join(
    sorted((word for word in VALUES if word not in {"un", "una", "uno", "one"}), key=len, reverse=True)
)
NUMBER: Final = (
    rf"(?:\d{{1,3}}|(?:{'|'.join(_TENS)})[- ]?(?:{'|'.join(_UNITS)})|(?:{'|'.join(_DECENAS)}) y (?:{'|'.join(_UNIDADES)})"
    rf"|(?:{_WORDS}))"
)
"""Pattern of a number from 2 on in digits or words."""

_PART: Final = re.compile(r"\d+|[a-z]+")


def read_number(text: str) -> int:
    """Return the number that a match of `NUMBER` holds: 34 for "thirty-four", "treinta y cuatro" and "34"."""
    if text in VALUES:
        return VALUES[text]
    for tens in _TENS:
        if text.startswith(tens) and text != tens:
            return VALUES[tens] + VALUES.get(text[len(tens) :].strip("- "), 0)
    return sum(int(part) if part.isdigit() else VALUES.get(part, 0) for part in _PART.findall(text))
