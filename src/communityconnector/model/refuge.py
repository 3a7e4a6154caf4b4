"""What looks like a refuge: a place for people who flee violence, abuse or trafficking, as names and terms word it.

The one definition of it. Redaction asks it which silent places to hide, and matching asks it what offers a confidential
place to stay, so that no place is offered as one and shown at the same time. It stands on the floor of the model because
redaction does, and nothing there may ask the vocabulary of needs.

English and Spanish. Descriptions are not read by it, for a food pantry that mentions survivors is not a refuge. What they
say outright, such as that an address is confidential, is heard while reading (`interchange.privacy`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from communityconnector.model.same_place import plain

SAFE_HOUSE: Final = "safe-house"
"""The need that a refuge to stay in meets, as the vocabulary of needs has it."""
VIOLENCE_HELP: Final = "domestic-violence-help"
ASSAULT_HELP: Final = "sexual-assault-help"
TRAFFICKING_HELP: Final = "trafficking-help"

PROTECTIVE: Final = (SAFE_HOUSE, VIOLENCE_HELP, ASSAULT_HELP, TRAFFICKING_HELP)
"""The needs whose places are hidden where they say nothing. Their ids, as codes of terms, are signs too."""

# Pieces of the patterns. Texts are plain (`plain`), with one space between words and neither apostrophe nor hyphen.
_WOMEN: Final = r"(?:wom[ae]ns?|girls?|ladies|mothers?|moms?|wives|spouses?)"
_AND_CHILDREN: Final = r"(?: (?:and|with|n|&) (?:their )?(?:childrens?|kids|families|girls))"
_SHELTER: Final = r"(?:shelters?|refuges?|safe ?hous(?:es?|ing)|safe homes?|sanctuar(?:y|ies))"
_STAY: Final = (
    r"(?:shelters?|refuges?|safe ?hous(?:es?|ing)|safe homes?|houses?|homes?|residences?|residential|housing"
    r"|apartments?|lodging|havens?)"
)
_VIOLENT: Final = (
    r"(?:domestic|family|sexual|intimate|partner|dating|interpersonal|gender|relationship|spous\w+|marital|intrafamil\w+"
    r"|household)"
)
_HARM: Final = (
    r"(?:violence|abuse|assault|rape|(?:human |sex |labou?r )?trafficking|stalking|(?:sexual )exploitation)"
)
_SURVIVORS: Final = r"(?:survivors?|victims?)"
_OTHER_LOSS: Final = "".join(
    rf"(?<!{word} )" for word in ("cancer", "stroke", "injury", "loss", "heart", "disaster", "flood", "fire")
)
_OTHER_ABUSE: Final = "".join(rf"(?<!{word} )" for word in ("substance", "drug", "alcohol", "child", "elder"))
_OTHER_TRADE: Final = "".join(rf"(?<!{word} )" for word in ("drug", "wildlife", "arms", "weapons"))
_CASA: Final = (
    r"(?:casas?|refugios?|albergues?|hogar(?:es)?|residencias?|alojamientos?|viviendas?|centros? de acogida)"
)
_MUJERES: Final = r"(?:mujer(?:es)?|victimas?|sobrevivientes?|madres|esposas|ninas)"
_DANO: Final = (
    r"(?:violencia|abusos?|maltratos?|trata|agresion(?:es)?|violacion(?:es)?|explotacion|acoso sexual)"
)

_PATTERNS: Final = {
    SAFE_HOUSE: (
        r"safe ?hous(?:e|es|ing)",
        r"safe (?:shelters?|homes|havens?|refuges?|residences?)",
        r"safe home (?:shelter|network|program)",
        r"safe (?:place|house|home)s? (?:to stay|to live|to sleep|for the night)",
        rf"{_WOMEN}{_AND_CHILDREN}?(?: (?:crisis|emergency|abuse|safe)){{0,4}}(?: in transition)? {_SHELTER}",
        rf"{_SHELTER} (?:\w+ )?(?:for|of) (?:\w+ ){{0,3}}?(?:{_WOMEN}|abused|battered|{_SURVIVORS})",
        rf"{_SHELTER} (?:from|against|of) (?:{_VIOLENT} )?{_HARM}",
        rf"{_OTHER_ABUSE}(?:abuse|violence|dv|assault|rape|trafficking) (?:\w+ )?{_SHELTER}",
        rf"(?:confidential|secret|undisclosed) (?:\w+ )?{_STAY}",
        rf"{_OTHER_LOSS}{_SURVIVORS} (?:\w+ )?{_STAY}",
        rf"{_STAY} for (?:\w+ ){{0,2}}?{_SURVIVORS} of (?:{_VIOLENT} ){{0,4}}{_HARM}",
        rf"{_CASA} (?:\w+ )?(?:para|de|a|contra) (?:la |las |los )?(?:\w+ )?{_MUJERES}",
        rf"{_CASA} (?:\w+ )?(?:de|contra|por|para) (?:la )?(?:\w+ )?{_DANO}",
        r"(?:casas?|hogar(?:es)?) (?:de )?(?:acogida|seguridad|refugio|proteccion|seguras?|protegidas?)",
        r"(?:refugio|albergue|vivienda)s? (?:segur[oa]|confidencial|protegid[oa]|secret[oa])(?:s|es)?",
    ),
    VIOLENCE_HELP: (
        rf"{_VIOLENT}(?: (?:based|partner|and|or|&|{_VIOLENT})){{0,6}} (?:violence|abuse)",
        r"(?:violence|abuse) (?:at|in) (?:the )?home",
        rf"violence against {_WOMEN}",
        r"(?:dv|ipv|dvsa)",
        r"battered",
        rf"abused (?:and \w+ )?(?:{_WOMEN}|m[ae]n|persons?|people|partners?|adults?)",
        r"abusive (?:relationships?|partners?|homes?|husbands?|situations?|spouses?)",
        rf"{_SURVIVORS} of (?:\w+ ){{0,2}}?{_HARM}",
        rf"{_OTHER_ABUSE}(?:abuse|violence|stalking) {_SURVIVORS}",
        r"(?:escap\w+|flee\w*) (?:from )?(?:\w+ )?(?:violence|abuse|abusers?)",
        r"violencia (?:\w+ )?(?:domestica|familiar|intrafamiliar|conyugal|machista|marital)",
        r"violencia (?:\w+ ){0,3}(?:hogar|pareja|familia|genero|mujer(?:es)?|casa|noviazgo)",
        r"(?:mujer(?:es)?|personas|victimas|esposas|familias) (?:maltratad|golpead|abusad|violentad|agredid)\w+",
        rf"(?:victimas?|sobrevivientes?) de (?:la )?(?:\w+ )?{_DANO}",
        r"(?:maltrato|abuso)s? (?:domestico|conyugal|familiar|intrafamiliar|(?:a|de|contra) la mujer)",
    ),
    ASSAULT_HELP: (
        r"(?:sexual|sex) (?:assault|violence|abuse)",
        r"rape",
        r"(?:agresion|asalto|abuso|violencia|ataque)(?:es|s)? sexual(?:es)?",
    ),
    TRAFFICKING_HELP: (
        rf"{_OTHER_TRADE}traffick(?:ing|ed)",
        r"trata de (?:personas|mujeres|blancas|seres|menores)",
        r"trafico (?:humano|sexual|de (?:personas|mujeres|seres))",
    ),
}
PATTERNS: Final = tuple(
    (concept, re.compile(rf"\b(?:{'|'.join(patterns)})\b")) for concept, patterns in _PATTERNS.items()
)
_CODES: Final = {concept.replace("-", " "): concept for concept in PROTECTIVE}
_OFFENDERS: Final = re.compile(r"\b(?:offenders?|perpetrators?|batterers?|agresores|ofensores)\b")
_NOT_PEOPLE: Final = re.compile(
    r"\b(?:animals?|pets?|wildlife|dogs?|cats?|bab(?:y|ies)|infants?|newborns?)\b"
)


_SIGNS: Final = (
    "violen",
    "abus",
    "survivor",
    "traffick",
    "battered",
    "refug",
    "safe hou",
    "safe-hou",
    "maltrat",
    "women",
)


def may_look(text: str) -> bool:
    """Whether it is worth to `look` at a long text."""
    lowered = text.lower()
    for sign in _SIGNS:  # noqa: SIM110  # a loop is twice as quick as `any`
        if sign in lowered:
            return True
    return False


@lru_cache(maxsize=16_384)
def look(text: str) -> tuple[str, str] | None:
    """What a name or a term says of a refuge: the need that it meets, and the words that say so; `None` for nothing.

    Args:
        text: the name of a service, an agency, a place or a term, or its code.
    """
    words = _simple(text)
    if words in _CODES:
        return _CODES[words], text
    if _BEGINNINGS.isdisjoint([word[:4] for word in words.replace("&", " ").split()]):
        return None
    if _OFFENDERS.search(words):
        return None
    for concept, pattern in PATTERNS:
        match = pattern.search(words)
        if match and not (concept == SAFE_HOUSE and _NOT_PEOPLE.search(words)):
            return concept, match.group().strip()
    return None


_BEGINNINGS: Final = frozenset(
    "safe shel refu sanc conf secr undi surv vict muje sobr madr espo nina viol abus malt trat agre expl acos acog segu prot dv dvsa "
    "ipv batt golp rape sex sexu traf".split()
)
"""Whatever matches one of the patterns has a word that begins with these four letters, or is one of the shorter ones.

A quick look that spares most names the slow one.
"""
_BREAKS: Final = re.compile(r"[^\w&]+|_")


def _simple(text: str) -> str:
    """Plain words with one space between."""
    if text.isascii() and text.replace(" ", "").isalnum():
        return " ".join(text.lower().split())
    return " ".join(_BREAKS.sub(" ", plain(text).replace("'", "")).split())
