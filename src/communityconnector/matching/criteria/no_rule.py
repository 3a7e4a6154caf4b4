"""Words under eligibility that say that there is no rule: "None", "Everyone welcome", "Abierto a todos"."""

from __future__ import annotations

import re
from typing import Final

from communityconnector.needs.words import fold

_ALL: Final = (
    r"(?:every(?:one|body)|any ?(?:one|body)|no ?(?:one|body) (?:is |will be )?(?:turned away|refused|excluded|denied)|all(?: people| persons| individuals| ages| comers| who come)?|any (?:person|individual)s?"
    r"|(?:the )?(?:general |entire |whole )?(?:public|community)|all (?:members|people) of the (?:public|community)|people of all ages"
    r"|tod[oa]s(?: las (?:personas|edades))?|todo (?:el mundo|publico)|cualquier(?:a| persona)|(?:el )?publico(?: en)? general)"
)
_TAIL: Final = (
    r"(?:,?\s+(?:in need|who (?:is |are )?(?:needs?|in need of|wants?|asks?|comes?)(?: (?:help|food|it|assistance|services?|support|in))?"
    r"|needing (?:help|food|assistance)|(?:is|are) (?:welcome|eligible)|welcome|(?:may|can) (?:apply|come|attend|use it)"
    r"|regardless of [a-z ,]+|without (?:restrictions?|exception)|(?:es|son) bienvenid[oa]s?|bienvenid[oa]s?|que (?:lo )?necesiten?"
    r"(?: ayuda)?|sin (?:restricciones?|excepcion)|puede[n]? (?:venir|solicitar)))*"
)
_EVERYONE: Final = re.compile(
    rf"(?:(?:is |are )?(?:open|available|free|offered|serves|serving|welcomes?|for|abiert[oa]s?|disponible|para|bienvenid[oa]s?)\s+"
    rf"(?:to |a |al |for |para )?)*{_ALL}{_TAIL}|all (?:are )?welcome|open"
)
_NOTHING: Final = re.compile(
    r"(?:there (?:is|are) )?(?:none(?: required| needed| listed)?|no(?: eligibility| special| specific| income| age| residency)*"
    r"(?: (?:requirements?|restrictions?|criteria|limits?|rules?|eligibility|limitations?|qualifications?))?(?: required)?"
    r"|unrestricted|n/?a|n\.a|nil|nothing|not applicable|not required|any|-+|x|0|null"
    r"|ningun[oa]?(?: requisitos?| restriccion(?:es)?)?|(?:no hay|sin) (?:restricciones?|requisitos?|limites?|criterios)"
    r"|no aplica|no se requiere(?: nada)?|nada)"
)


_DENYING: Final = re.compile(
    r"\b(?:no|non|except(?:ing|ions?)?|excluding|excludes?|other than|without|never|but not|salvo|excepto|sin|menos)\b"
)
_DENIED: Final = re.compile(
    r"\b(?:not|cannot|can ?not|ineligible|excluded|prohibited|barred)\b|n't\b|\bno (?:se|pueden?|son|es|esta|estan|aceptamos|atendemos)\b"
)


def affirmed(text: str) -> str:
    """Return a text about eligibility without what it denies: "Men only, no women" leaves the men.

    If a verb is denied, its whole clause is dropped: "Women are not served".
    """
    clauses = []
    for clause in re.split(r"[.;:!,\n|()]+|\bbut\b|\bpero\b", fold(text)):
        if not _DENIED.search(clause):
            denial = _DENYING.search(clause)
            clauses.append(clause if denial is None else clause[: denial.start()])
    return " . ".join(clauses)


_HEADINGS: Final = frozenset("ages age eligibility who requirements edades elegibilidad requisitos".split())


def says_no_rule(text: str) -> bool | None:
    """Return whether a text about eligibility says that there is no rule.

    Returns:
        True if it says that everyone may come, False if it only says that there is nothing to say, `None` if it may hold
        a rule: "All veterans", "Anyone who lives in Ashe County".
    """
    parts = [part.strip(" ,:*\"'()") for part in re.split(r"[.;:!\n|]+\s*|\s+[-\u2013]+\s+", fold(text))]
    statements = [part for part in parts if part and part not in _HEADINGS]
    for_everyone = [_EVERYONE.fullmatch(part) is not None for part in statements]
    if statements and all(
        is_for_everyone or _NOTHING.fullmatch(part)
        for is_for_everyone, part in zip(for_everyone, statements, strict=True)
    ):
        return any(for_everyone)
    return None
