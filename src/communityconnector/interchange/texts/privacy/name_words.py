"""The words of a column's or field's name: parted where they are joined, made whole where a program cut them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from communityconnector.interchange.texts.privacy.lexicon import (
    ADDRESS,
    AVAILABLE,
    CLEAR,
    CONCEAL,
    CONTACT,
    EMAIL,
    IS,
    JOINABLE,
    KNOWN,
    LEAVE_OUT,
    LISTING,
    NOT,
    ON,
    OPEN,
    OUTLET,
    PHONE,
    PUBLISH,
    QUALIFIER,
    SECRET,
    SEEN,
    SHOW,
    SPOT,
    STAFF,
    VICTIMS,
    WEAK,
)
from communityconnector.model.plain_words import words_of


@lru_cache(maxsize=8192)
def whole_words(name: str, *, camel: bool = True) -> tuple[str, ...]:
    """Return the words and numbers of a name, its phrases as one word each.

    Args:
        name: the name.
        camel: whether a capital letter after a small one begins a word.
    """
    words = words_of(name, camel=camel)
    is_cut = len(name.strip()) in _CUT_TO
    last = max((at for at, word in enumerate(words) if not word.isdigit()), default=0)
    parted: list[str] = []
    for at, word in enumerate(words):
        may_be_cut = at == last and is_cut
        whole = _completed(parted, word) if may_be_cut and word not in SECRET | OPEN else ""
        if whole:
            parted.append(whole)
        elif word.isdigit() or word in KNOWN or word in QUALIFIER or len(word) < _SHORTEST_JOINED:
            parted.append(word)
        else:
            parted += _parts(word, is_cut=may_be_cut) or [word]
    text = " ".join(parted)
    for pattern, instead in _PHRASES:
        text = pattern.sub(instead, text)
    return tuple(text.split())


_CUT_TO: Final = frozenset({8, 9, 10, 30, 31})
"""Lengths to which programs cut names: dBASE files to 10 letters (8 with a number), others to 30 or 31."""

_SHOWN_IN: Final = (
    "(?:the |our |a )?(?:public )?(?:website|web|publication|directory|print|listing|display|map)"
)
_PLACE: Final = "(?:address|addr|location|loc|site)"
_PERSON: Final = (
    "(?:contact|director|manager|coordinator|staff|person|pastor|volunteer|owner|administrator|his|her)"
)
_PHRASES: Final = tuple(
    (re.compile(rf"\b{pattern}\b"), instead)
    for pattern, instead in (
        ("(?:yes no|y n|true false|t f|si no|s n|verdadero falso|1 0|0 1)", ""),
        ("e (mails?)", r"e\1"),
        ("(?:web|home) (?:site|page)", "website"),
        ("(?:postal|mail) codes?", "zip"),
        ("p ?o box", "pobox"),
        ("lat (?:long|lon|lng)", "coordinates"),
        (r"confid", "confidential"),
        (rf"(?:conf|priv|pvt) ({_PLACE}|flag)", r"confidential \1"),
        (rf"({_PLACE}) (?:conf|priv|pvt)", r"\1 confidential"),
        (rf"disp ({_PLACE})", r"display \1"),
        (rf"pub ({_PLACE})", r"public \1"),
        ("victims? services? provider", VICTIMS),
        ("safe house|casa segura|casa de seguridad", "safehouse"),
        ("(?:non|un) (public|published|listed|disclosed)", r"not \1"),
        ("opt(?:ed)? out(?: of)?", "exclude from"),
        ("opt(?:ed)? in(?: to)?", "include in"),
        ("(?:keep|kept|leave|left) (?:off|out)(?: of)?", "exclude from"),
        ("(?:keep|leave) ((?:[a-z]+ ){1,2}?)(?:off|out of)", r"exclude \1from"),
        ("^off", "not on"),
        ("(?:visible|viewable|viewed|seen|shown|shared) (?:to|by|with)$|who (?:can|may|should) (?:see|view)(?: this| it)?", "visibility"),
        ("(?:website|web|online|map|directory|public) (visibility|visibilidad)", r"\1"),
        ("^(?:map )?(?:pin|marker)$", "display pin"),
        (f"({_PLACE}) (?:on|upon|by) request(?: only)?", r"confidential \1"),
        ("safe at home(?: participant| program)?|address confidentiality(?: program)?$", "confidential address"),
        ("no (web|directory|publication|listing|print)$", r"not on \1"),
        ("^(?:print|printed|online|web|public) directory$", "list on directory"),
        ("(unlisted|unpublished|private|confidential|secret) (?:number|line)$", r"\1 phone"),
        (f"^(?:{_PERSON} )*(?:home|personal) (phone|cell|email|address|mailing)", r"private \1"),
        ("(?:for )?(?:staff|internal|office)(?: use)? only|for (?:staff|internal|office) use", STAFF),
        ("internal(?: use)?|uso interno|solo (?:para )?(?:el )?personal|interno|interna", STAFF),
        ("available (?:for|in|on)|disponible (?:para|en)", AVAILABLE),
        (rf"for ({_SHOWN_IN})", rf"{AVAILABLE} \1"),
        ("(ok|okay|permission|permiso|consent|allowed?|agree[sd]?|wants?|like|approved|authorized|prefers?) (?:to|para)", r"\1"),
        ("(?:do|does|should|must|can|may|will|did) not|don t|can t", "not"),
        ("(not|no|dont|never)(?: to)?(?: be)? (?:give|given)(?: out)?", r"\1 release"),
        ("(not|no|dont|never)(?: to)?(?: be)? post(?:ed)?", r"\1 publish"),
        ("^post(?:ed)? (on|to|online)", r"publish \1"),
        ("(not|dont|never|no|ok|okay) (map|print)(?:ped|ed)?", r"\1 show on \2"),
        ("public(?:ly)? (?:view|viewing|display|facing|available|release)", "public"),
        ("web display", "display on web"),
        ("(show|display|list|share|mostrar) (public|publicly|publico|publicamente|online)", r"\1 on \2"),
        ("no shows?(?! on)", "absence"),
    )
)  # fmt: skip

_SHORTEST_JOINED: Final = 5
_SHORTEST_CUT: Final = 3
_AFTER: Final = (
    (SECRET | OPEN, {"ad": "address", "lo": "location", "ph": "physical", "fl": "flag", "fla": "flag"}),
    (NOT | {"for"}, {"pu": "publish", "li": "list", "sh": "show", "di": "display"}),
    (IS, {"pr": "private", "co": "confidential", "hi": "hidden", "pu": "public", "un": "unlisted"}),
    (ON | {"the"}, {"pu": "public", "we": "website", "ma": "map", "di": "directory", "li": "listing"}),
    (LEAVE_OUT | CONCEAL, {"f": "from", "fr": "from", "fro": "from"}),
    (frozenset({"mostrar", "ocultar", "publicar"}), {"di": "direccion", "ub": "ubicacion"}),
    (frozenset({"available"}), {"f": "for directory", "fo": "for directory", "for": "for directory"}),
)
"""What one or two letters at the end of a name that was cut can only mean, by the word before them."""
_WHOLE: Final = frozenset({"confident"})
"""Words of their own that look like others cut short."""
_COMPLETIONS: Final = tuple(
    tuple(sorted(words))
    for words in (
        CLEAR, WEAK, CONCEAL, PUBLISH, SEEN, SHOW, ADDRESS, SPOT, PHONE, CONTACT, EMAIL, OUTLET, LEAVE_OUT, LISTING,
    )
)  # fmt: skip


def _completed(before: Sequence[str], word: str) -> str:
    """Return a word that was cut off, made whole; "" where that is not certain."""
    if before:
        for known, endings in _AFTER:
            if before[-1] in known and word in endings:
                return endings[word]
    if len(word) < _SHORTEST_CUT or word in KNOWN or word in _WHOLE:
        return ""
    for words in _COMPLETIONS:
        for whole in words:
            if whole.startswith(word):
                return whole
    return ""


def _parts(word: str, *, is_cut: bool) -> list[str]:
    """Return the known words that a word without gaps is made of, as few as can be; empty if it is not."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(word) + 1):
        fewest: list[str] | None = None
        for start in range(end):
            head, tail = best[start], word[start:end]
            if head is None or (fewest is not None and len(head) + 1 >= len(fewest)):
                continue
            if tail in JOINABLE:
                fewest = [*head, tail]
            elif is_cut and end == len(word) and (whole := _completed(head, tail)):
                fewest = [*head, whole]
        best.append(fewest)
    parts = best[-1] or []
    return parts if any(part in SECRET or part in OPEN or part in _BEGINNING for part in parts) else []


_BEGINNING: Final = frozenset({"available", "disponible", "priv", "conf"})
