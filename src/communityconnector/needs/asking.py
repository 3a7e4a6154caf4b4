"""Whether a sentence of a record asks instead of offering: for volunteers, things or employees, or those who help people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from communityconnector.needs import contexts as c


def seeks(tokens: Sequence[str]) -> bool:
    """Return whether a sentence asks for help or things instead of giving them."""
    gives = False
    if _drops(tokens):
        return True
    if _SEEKING.isdisjoint(tokens):
        return False
    for position, word in enumerate(tokens):
        before = tokens[position - 1] if position else ""
        after = tokens[position + 1] if position + 1 < len(tokens) else ""
        gives = gives or word in c.GIVING
        if word in c.VOLUNTEER:
            alone = not after and word != "volunteer" and "by" not in tokens and "with" not in tokens
            rest = (other for other in tokens if other not in c.VOLUNTEER)
            if (
                word == "volunteering"
                or (not before and after in {"at", "for", "in", "with", "to"})
                or after in c.WANTED
                or before in c.SEEKING
                or alone
                or c.GENERIC.issuperset(rest)
            ):
                return True
        if word in c.DONATION and not gives and before not in c.DONATED and after not in c.DONATED:
            return True
        if word in _DRIVES and (after in c.DRIVE_OF or (not after and 1 < len(tokens) <= _FEW)):
            return before not in {"to", "can"}
    return False


def asks_for_goods(tokens: Sequence[str]) -> bool:
    """Return whether a sentence asks for things and gives none: "Accepts furniture and linens"."""
    if not c.GIVING.isdisjoint(tokens):
        return False
    start = tokens[1:2] if tokens[:1] == ["we"] else tokens[:1]
    return _drops(tokens) or not c.ACCEPTING.isdisjoint(start)


def addresses_others(tokens: Sequence[str]) -> bool:
    """Return whether a sentence is for those who help people, employ them or rent to them: "For landlords"."""
    if tuple(tokens[:2]) in c.HIRING:
        return True
    for position, word in enumerate(tokens):
        if word not in c.ADDRESSED or (word in _OWNING and tokens[position - 1] not in c.PROPERTY):
            continue
        after = tokens[position + 1 : position + 2]
        if position <= 1 and after in ([":"], ["can"], ["may"]):
            return True
        fors = [n for n in range(max(0, position - _NEAR), position) if tokens[n] in _FOR]
        rest = tokens[position + 1 : position + 1 + _NEAR]
        if fors and c.PEOPLE.isdisjoint((*tokens[fors[-1] : position], *rest)):
            return not fors[-1] or tokens[fors[-1] - 1] not in c.FINDING
    return False


def _drops(tokens: Sequence[str]) -> bool:
    return tokens[:1] == ["drop"] and not c.DROPPED.isdisjoint(tokens[1:3])


_SEEKING: Final = c.VOLUNTEER | c.DONATION | {"drive", "drives"}
_DRIVES: Final = frozenset({"drive", "drives"})
_FOR: Final = frozenset({"for", "para"})
_OWNING: Final = frozenset({"owners", "managers", "propietarios"})
_NEAR: Final = 3
_FEW: Final = 6

SIGNALS: Final = (
    _SEEKING | c.ACCEPTING | c.ADDRESSED | {"drop"} | {word for words in c.HIRING for word in words}
)
"""A sentence without any of these asks for nothing and addresses nobody else."""
"""The largest number of words in a name; a longer text is a sentence."""
