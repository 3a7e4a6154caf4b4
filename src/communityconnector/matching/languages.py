"""Languages as people write them, brought to codes: names, codes of two or three letters, regions, several in one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from communityconnector.model.places import LANGUAGES as TWO_LETTERS
from communityconnector.needs.words import fold

_TABLE: Final = """
am amh amharic|amarico
ar ara arabic|arabe
ase ase american sign language|asl|sign language|american sign
bn ben bengali|bangla
bo tib,bod tibetan
bs bos bosnian
chr chr cherokee
cmn cmn mandarin|mandarin chinese|chinese mandarin|mandarin (chinese)|putonghua
de ger,deu german|aleman
el gre,ell greek
en eng english|ingles
es spa spanish|espanol|castellano|castilian
fa per,fas persian|farsi
fil fil filipino
fr fre,fra french|frances
gu guj gujarati
he heb hebrew
hi hin hindi
hmn hmn hmong
ht hat haitian creole|haitian|kreyol|creole (haitian)|haitian kreyol|creole haitian
hy arm,hye armenian
id ind indonesian
it ita italian|italiano
ja jpn japanese
ka geo,kat georgian
km khm khmer|cambodian
ko kor korean
ku kur kurdish
lo lao lao|laotian
ml mal malayalam
mn mon mongolian
my bur,mya burmese
ne nep nepali
nv nav navajo
om orm oromo
pa pan punjabi|panjabi
pl pol polish
prs prs dari
ps pus pashto
pt por portuguese|portugues
quc quc k'iche'|kiche|quiche
rn run kirundi|rundi
ro rum,ron romanian
ru rus russian|ruso
rw kin kinyarwanda
so som somali
sq alb,sqi albanian
sr srp serbian
sw swa swahili|kiswahili
ta tam tamil
te tel telugu
th tha thai
ti tir tigrinya
tl tgl tagalog
tr tur turkish
uk ukr ukrainian
ur urd urdu
uz uzb uzbek
vi vie vietnamese
yi yid yiddish
yo yor yoruba
yue yue cantonese|chinese cantonese|cantonese chinese|cantonese (chinese)
zh chi,zho chinese|chino
"""
"""A language a line: the code that stands for it (ISO 639-1, else 639-3), its codes of three letters (639-2/B, 639-2/T
and 639-3, Library of Congress and SIL), and names in English and Spanish."""


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    codes, names = {code: code for code in TWO_LETTERS}, {}
    for line in _TABLE.strip().splitlines():
        code, longer, called = line.split(" ", 2)
        names[code], *_ = words = called.split("|")
        codes.update(dict.fromkeys((code, *longer.split(","), *words), code))
    return codes, names


_CODES, _NAMES = _tables()

_WITHIN: Final = {"zh": {"cmn", "yue"}, "tl": {"fil"}, "fil": {"tl"}, "fa": {"prs"}}
"""Whoever asks for the first is served by any of the second."""

_SPLIT: Final = re.compile(r"[;,/|&+]|\band\b|\by\b|\bor\b")
_REGION: Final = re.compile(r"([a-z]{2,3})[-_]([a-z0-9]{2,8})([-_][a-z0-9]{1,8})*")


@lru_cache(maxsize=4096)
def codes_of(text: str) -> frozenset[str] | None:
    """The languages that a text names; `None` where any part of it is not understood.

    Args:
        text: a code (`es`, `spa`, `es-MX`), a name, or several.
    """
    folded = " ".join(fold(text).split())
    found = _code(folded)
    if found:
        return frozenset({found})
    parts = [part.strip() for part in _SPLIT.split(folded) if part.strip()]
    codes = [_code(part) for part in parts]
    return frozenset(codes) if codes and all(codes) else None


def _code(text: str) -> str:
    plain = text.removesuffix(" language").removesuffix(" speaking").strip(" .()")
    if text in _CODES or plain in _CODES:
        return _CODES.get(text) or _CODES[plain]
    region = _REGION.fullmatch(text)
    return _CODES.get(region[1], "") if region else ""


def answers_to(asked: str, spoken: frozenset[str]) -> bool:
    """Whether somebody who asks for a language is served by one of those that are spoken."""
    return asked in spoken or bool(_WITHIN.get(asked, set()) & spoken)


def maybe(asked: str, spoken: frozenset[str]) -> bool:
    """Whether one that is spoken may take in the one that is asked for: "Chinese" may be Cantonese."""
    return any(asked in narrower for broader, narrower in _WITHIN.items() if broader in spoken)


def name_of(code: str) -> str:
    """A language's English name with a capital; the code itself where none is known here."""
    return _NAMES.get(code, code).title() if code in _NAMES else code


def named_in(asked: str, text: str) -> bool:
    """Whether a free text ("Language Line; staff speak Spanish") names a language."""
    folded = fold(text)
    wanted = {asked} | _WITHIN.get(asked, set())
    return any(
        code in wanted and re.search(rf"\b{re.escape(name)}\b", folded)
        for name, code in _CODES.items()
        if len(name) > 3
    )
