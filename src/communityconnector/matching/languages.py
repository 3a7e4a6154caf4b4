"""Codes of languages as people write them: names, codes of two or three letters, regions, or several in one text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from communityconnector.model.places import LANGUAGES as TWO_LETTERS
from communityconnector.needs.words import fold

_TABLE: Final = """
ach ach acholi
af afr afrikaans
ak aka akan
am amh amharic|amarico
ar ara arabic|arabe
ase ase american sign language|asl|sign language|american sign
be bel belarusian|belarussian
bg bul bulgarian
bm bam bambara
bn ben bengali|bangla
bo tib,bod tibetan
bs bos bosnian
ca cat catalan
ceb ceb cebuano
ch cha chamorro
chk chk chuukese
chr chr cherokee
cmn cmn mandarin|mandarin chinese|chinese mandarin|mandarin (chinese)|putonghua
cnh cnh hakha chin|chin
cs cze,ces czech
cy wel,cym welsh
da dan danish
de ger,deu german|aleman
din din dinka
ee ewe ewe
el gre,ell greek
en eng english|ingles
es spa spanish|espanol|castellano|castilian
et est estonian
eu baq,eus basque
fa per,fas persian|farsi
ff ful fula|fulani
fi fin finnish
fil fil filipino
fj fij fijian
fr fre,fra french|frances
ga gle irish|irish gaelic
gl glg galician
gn grn guarani
gu guj gujarati
ha hau hausa
haw haw hawaiian
he heb hebrew
hi hin hindi
hil hil hiligaynon|ilonggo
hmn hmn hmong
hr hrv croatian
ht hat haitian creole|haitian|kreyol|creole (haitian)|haitian kreyol|creole haitian
hu hun hungarian
hy arm,hye armenian
id ind indonesian
ig ibo igbo
ilo ilo ilocano|ilokano
is ice,isl icelandic
it ita italian|italiano
iu iku inuktitut
ja jpn japanese
ka geo,kat georgian
kar kar karen
ki kik kikuyu
kjb kjb q'anjob'al|qanjobal|kanjobal
kk kaz kazakh
km khm khmer|cambodian
kn kan kannada
ko kor korean
ksw ksw s'gaw karen
ku kur kurdish
ky kir kyrgyz
lb ltz luxembourgish
lg lug luganda|ganda
ln lin lingala
lo lao lao|laotian
lt lit lithuanian
lus lus mizo
lv lav latvian
mam mam mam
mg mlg malagasy
mh mah marshallese
mi mao,mri maori
mk mac,mkd macedonian
ml mal malayalam
mn mon mongolian
mnk mnk mandinka
mr mar marathi
ms may,msa malay
mt mlt maltese
my bur,mya burmese
nah nah nahuatl
ne nep nepali
nl dut,nld dutch|flemish
no nor norwegian
nus nus nuer
nv nav navajo
ny nya chichewa|nyanja
om orm oromo
or ori odia|oriya
pa pan punjabi|panjabi
pl pol polish
prs prs dari
ps pus pashto
pt por portuguese|portugues
qu que quechua
quc quc k'iche'|kiche|quiche
rhg rhg rohingya
rn run kirundi|rundi
ro rum,ron romanian
ru rus russian|ruso
rw kin kinyarwanda
sd snd sindhi
si sin sinhala|sinhalese
sk slo,slk slovak
sl slv slovenian|slovene
sm smo samoan
sn sna shona
so som somali
sq alb,sqi albanian
sr srp serbian
st sot sotho|sesotho
sv swe swedish
sw swa swahili|kiswahili
ta tam tamil
te tel telugu
tg tgk tajik
th tha thai
ti tir tigrinya
tk tuk turkmen
tl tgl tagalog
tn tsn tswana|setswana
to ton tongan
tr tur turkish
tt tat tatar
tw twi twi
ug uig uyghur
uk ukr ukrainian
ur urd urdu
uz uzb uzbek
vi vie vietnamese
war war waray
wo wol wolof
xh xho xhosa
yi yid yiddish
yo yor yoruba
yue yue cantonese|chinese cantonese|cantonese chinese|cantonese (chinese)
zap zap zapotec
zh chi,zho chinese|chino
zu zul zulu
"""
"""One language a line: its code here (ISO 639-1, else 639-3), its codes of three letters (639-2/B, 639-2/T and 639-3,
Library of Congress and SIL), and its names in English and Spanish."""


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    codes, names = {code: code for code in TWO_LETTERS}, {}
    for line in _TABLE.strip().splitlines():
        code, longer, called = line.split(" ", 2)
        names[code], *_ = words = called.split("|")
        codes.update(dict.fromkeys((code, *longer.split(","), *words), code))
    return codes, names


_CODES, _NAMES = _tables()

_WITHIN: Final = {"zh": {"cmn", "yue"}, "tl": {"fil"}, "fil": {"tl"}, "fa": {"prs"}}
"""A person who asks for the first is served by any of the second."""

_SPLIT: Final = re.compile(r"[;,/|&+]|\band\b|\by\b|\bor\b")
_LONG_CODE: Final = re.compile(r"[a-z]{3}(?:[-_][A-Za-z0-9]{1,8})*")
_REGION: Final = re.compile(r"([a-z]{2,3})[-_]([a-z0-9]{2,8})([-_][a-z0-9]{1,8})*")


@lru_cache(maxsize=4096)
def codes_of(text: str) -> frozenset[str] | None:
    """Return the codes of the languages that a text names; `None` if any part of it is not understood.

    Args:
        text: a code (`es`, `spa`, `es-MX`), a name, or several.
    """
    folded = " ".join(fold(text).split())
    if code := _code(folded):
        return frozenset({code})
    parts = [part.strip() for part in _SPLIT.split(folded) if part.strip()]
    codes = [_code(part) for part in parts]
    return frozenset(codes) if codes and all(codes) else None


def _code(text: str) -> str:
    plain = text.removesuffix(" language").removesuffix(" speaking").strip(" .()")
    if text in _CODES or plain in _CODES:
        return _CODES.get(text) or _CODES[plain]
    region = _REGION.fullmatch(text)
    return _CODES.get(region[1], "") if region else ""


def is_known(text: str) -> bool:
    """Return whether a text names languages or has the form of an ISO 639-3 code (`tlh`, `hmn-US`)."""
    return codes_of(text) is not None or _LONG_CODE.fullmatch(text.strip()) is not None


def names() -> tuple[str, ...]:
    """Return the names of the known languages."""
    return tuple(sorted(name.title() for name in _CODES if len(name) > 3))


def is_served(code: str, spoken: frozenset[str]) -> bool:
    """Return whether a person who asks for a language is served by one of the spoken ones."""
    return code in spoken or bool(_WITHIN.get(code, set()) & spoken)


def may_be_served(code: str, spoken: frozenset[str]) -> bool:
    """Return whether a spoken language may include the one that is asked for: "Chinese" may be Cantonese."""
    return any(code in narrower for broader, narrower in _WITHIN.items() if broader in spoken)


def name_of(code: str) -> str:
    """Return the English name of a language with a capital; the code itself if the language is unknown."""
    return _NAMES.get(code, code).title() if code in _NAMES else code


def is_named_in(code: str, text: str) -> bool:
    """Return whether a free text ("Language Line; staff speak Spanish") names a language."""
    folded = fold(text)
    wanted = {code} | _WITHIN.get(code, set())
    return any(
        other in wanted and re.search(rf"\b{re.escape(name)}\b", folded)
        for name, other in _CODES.items()
        if len(name) > 3
    )
