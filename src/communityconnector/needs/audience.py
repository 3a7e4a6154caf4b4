"""Whom a record says it is for: the populations of `data/populations.csv` in its name, its terms and its texts.

A population restricts a service where a record says no more than it: "for veterans", "Women's Shelter", "must be enrolled in
Medicare". A list means any of its populations, so "seniors and people with low income" restricts hardly. "Especially for
seniors" and "veterans welcome" do not restrict, and "you need not be a veteran" takes a restriction back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from communityconnector.needs.populations import Mention, Restricts, populations
from communityconnector.needs.words import fold, stem

Alternatives = tuple[tuple[str, ...], ...]
"""Any of these is enough, and each asks for all of its populations: homeless veterans, or women."""


class Audience(NamedTuple):
    """Whom a record says that it is for. Empty for one that restricts itself to nobody.

    Attributes:
        only: what the person has to be, statement by statement.
        welcomes: populations that the record names beside others who may come.
        is_open: whether it says that everyone may come.
    """

    only: tuple[Alternatives, ...] = ()
    welcomes: tuple[str, ...] = ()
    is_open: bool = False


NO_AUDIENCE: Final = Audience()


class _Clause(NamedTuple):
    """What one clause says.

    Attributes:
        alternatives: any of these populations.
        welcomes: populations that it names beside others.
        frees: populations that one need not belong to.
        is_open: whether it says that everyone may come, or people with low income.
        is_bare: whether it says no more than populations: an entry of a list.
        is_rule: whether it says that only these may come.
    """

    alternatives: frozenset[frozenset[str]] = frozenset()
    welcomes: frozenset[str] = frozenset()
    frees: frozenset[str] = frozenset()
    is_open: bool = False
    is_bare: bool = False
    is_rule: bool = False


def audience_of(
    names: tuple[str, ...], categories: tuple[str, ...], eligibility: str = "", description: str = ""
) -> Audience:
    """Return whom a record says it is for.

    A name, a category, and what its texts say to be a rule outrank "everyone"; what a description says first does not.

    Args:
        names: the names of the service.
        categories: the names of its taxonomy terms and categories.
        eligibility: what it says of eligibility.
        description: its description.
    """
    named = [clause for name in names for clause in _of_name(name)]
    listed = _of_categories(categories)
    ruled = _of_eligibility(eligibility) if eligibility else ()
    described = _of_description(description) if description else ()
    clauses = (*named, *listed, *ruled, *described)
    if not clauses:
        return NO_AUDIENCE
    is_open = any(clause.is_open for clause in ruled)
    freed = frozenset[str]().union(*(clause.frees for clause in clauses))
    stated = [*named, *listed, *(clause for clause in ruled if clause.is_rule or not is_open)]
    soft = () if is_open or any(clause.alternatives for clause in stated) else described
    stated += [clause for clause in described if clause.is_rule and clause not in soft]
    only: dict[Alternatives, None] = {}
    for clause in (*stated, *soft):
        if clause.alternatives and not clause.is_open and not any(freed & of for of in clause.alternatives):
            only[tuple(sorted(tuple(sorted(of)) for of in clause.alternatives))] = None
    welcomes = freed.union(*(clause.welcomes for clause in clauses))
    welcomes |= {one for clause in clauses if clause.is_open for of in clause.alternatives for one in of}
    return Audience(tuple(sorted(only)), tuple(sorted(welcomes)), is_open)


def populations_in(text: str) -> frozenset[str]:
    """Return the populations that words name and do not deny: "foster youth" names foster youth."""
    tokens = _tokens(text)
    return frozenset(
        mention.population
        for mention in _mentions(tokens)
        if populations()[mention.population].restricts in _RESTRICTING
        and _DENYING.isdisjoint(tokens[max(0, mention.start - _NEAR) : mention.start])
    )


_RESTRICTING: Final = frozenset({Restricts.YES, Restricts.HARDLY})
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[.;:,()!?|&/\n\u2022*]")
_ENDS: Final = frozenset(".;()!?|\n\u2022*")
_HEAD: Final = 400
"""The number of letters at the beginning of a description in which it says whom it is for."""
_FIRST: Final = 2
"""The number of clauses there."""
_MANY: Final = 4
"""A list of more alternatives restricts nobody."""
_REACH: Final = 5
_NEAR: Final = 3
_JOINERS: Final = frozenset(
    ", and or & / y o e u their her his as well also both the other any all sus las los".split()
)
_LINKS: Final = frozenset(
    "with who are is have has living experiencing that in of facing a an affected by con que son tienen viven en de del los las"
    " currently a un una".split()
)
_OF_ALL: Final = frozenset("who that experiencing facing affected que".split())
"""These begin what is said of all people before them: "women and children who are homeless"."""
_MARKERS: Final = frozenset(
    """for to serve serves serving help helps helping assist assists assisting support supports supporting empower empowers
    among targeting para ayuda ayuda a sirve sirven atiende apoya""".split()
)
"""After these a description says whom a service is for."""
_BREAKS: Final = frozenset("about from by on into against through at sobre contra".split())
_ALSO: Final = frozenset(
    "including include includes especially particularly priority preference such incluyendo incluye especialmente".split()
)
_WELCOMED: Final = frozenset(
    "welcome welcomed friendly preferred priority bienvenidos bienvenidas bienvenido".split()
)
_DENYING: Final = frozenset(
    "not no non except excluding excludes than without never nor ni sin excepto menos cannot".split()
)
_FREEING: Final = re.compile(
    r"\b(?:not (?:have|need|required|necessary) to be|don'?t (?:have|need) to be|need not be|no need to be"
    r"|not (?:only|just|limited|restricted|exclusively)|regardless|whether or not|no (?:es necesario|tienen? que|necesitan?"
    r"|hace falta) ser|no solo|no solamente|sin importar)\b"
)
_RULE: Final = re.compile(
    r"\b(?:only|exclusively|solely|must (?:be|have|hold|reside)|limited to|restricted to|required to be|solo|solamente"
    r"|exclusivamente|unicamente|debe[n]? (?:ser|tener|estar))\b"
)
_FILLER: Final = _JOINERS | frozenset(
    "for people services service program programs only age ages para personas a".split()
)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(fold(text).replace("-", " ").replace("\u2013", " "))


def _mentions(tokens: Sequence[str]) -> list[Mention]:
    """Return the populations that are named, the longest words first at each place."""
    table = populations()
    found: list[Mention] = []
    position = 0
    while position < len(tokens):
        mention = table.at(tokens, position) if _begins[tokens[position]] else None
        if mention is None:
            position += 1
        else:
            found.append(mention)
            position = mention.end
    return [mention for mention in found if table[mention.population].restricts is not Restricts.NONE]


def _clauses(tokens: Sequence[str]) -> Iterator[list[str]]:
    clause: list[str] = []
    for token in tokens:
        if token in _ENDS:
            if clause:
                yield clause
            clause = []
        else:
            clause.append(token)
    if clause:
        yield clause


def _names_any(tokens: Iterable[str]) -> bool:
    """Return whether any word may begin the name of a population."""
    if len(_begins) > _REMEMBERED:
        _begins.clear()
    return any(map(_begins.__getitem__, tokens))


class _Beginnings(dict[str, bool]):
    """Whether a word may begin the name of a population, found when it is first asked: descriptions repeat their words."""

    def __missing__(self, word: str) -> bool:
        begins = self[word] = stem(word) in populations().first_words
        return begins


_begins: Final = _Beginnings()
_REMEMBERED: Final = 100_000


@lru_cache(maxsize=20_000)
def _of_name(name: str) -> tuple[_Clause, ...]:
    tokens = _tokens(name)
    if not _names_any(tokens):
        return ()
    clause = _read([token for token in tokens if token not in _ENDS], is_name=True)
    return (clause,) if clause.alternatives else ()


@lru_cache(maxsize=5_000)
def _of_categories(categories: tuple[str, ...]) -> tuple[_Clause, ...]:
    """Return what categories say: one that is a population restricts; one that is a service for it, only if all are."""
    read = [clause for category in categories for clause in (_of_name(category) or (_Clause(),))]
    are_all = all(clause.alternatives for clause in read)
    alternatives = frozenset[frozenset[str]]().union(
        *(clause.alternatives for clause in read if clause.is_bare or are_all)
    )
    return (_narrowed(_Clause(alternatives)),) if alternatives else ()


@lru_cache(maxsize=20_000)
def _of_eligibility(text: str) -> tuple[_Clause, ...]:
    tokens = _tokens(text)
    if not _names_any(tokens):
        return ()
    bare: list[_Clause] = []
    others: list[_Clause] = []
    for words in _clauses(tokens):
        clause = _read(words)
        (bare if clause.is_bare else others).append(clause)
    if len(bare) > 1:
        # Entries of a list: any of them.
        bare = [
            _narrowed(
                _Clause(
                    frozenset[frozenset[str]]().union(*(clause.alternatives for clause in bare)),
                    is_open=any(clause.is_open for clause in bare),
                    is_rule=any(clause.is_rule for clause in bare),
                )
            )
        ]
    return (*bare, *others)


def _of_description(text: str) -> tuple[_Clause, ...]:
    found: list[_Clause] = []
    head = _tokens(text[:_HEAD])
    if _names_any(head):
        for number, words in enumerate(_clauses(head)):
            if number < _FIRST and _names_any(words):
                found.append(_read(words, is_description=True))
    folded = fold(text)
    if _RULE.search(folded) or _FREEING.search(folded):
        for words in _clauses(_tokens(text)):
            if _names_any(words):
                clause = _read(words)
                if clause.frees or (clause.is_rule and clause.alternatives):
                    found.append(clause)
    return tuple(found)


def _read(words: Sequence[str], *, is_name: bool = False, is_description: bool = False) -> _Clause:
    """Return what a clause says."""
    mentions = _mentions(words)
    if not mentions:
        return _Clause()
    table = populations()
    text = " ".join(words)
    named = {one.population for one in mentions if table[one.population].restricts in _RESTRICTING}
    frees = frozenset(
        freed
        for one in mentions
        if table[one.population].restricts is Restricts.FREES
        for freed in table[one.population].implies
    )
    if _FREEING.search(text):
        return _Clause(frees=frees | frozenset(named))
    is_rule = _is_rule(words, mentions, text)
    if is_description and not is_rule:
        mentions = _said_of(words, mentions)
    groups: list[set[str]] = []
    welcomes: set[str] = set()
    last = -1
    for mention in mentions:
        if table[mention.population].restricts is Restricts.FREES:
            continue
        before = words[max(0, mention.start - _NEAR) : mention.start]
        after = words[mention.end : mention.end + 2]
        if not _DENYING.isdisjoint(before) or _are_refused(after):
            continue
        if not _ALSO.isdisjoint(before) or not _WELCOMED.isdisjoint(after) or welcomes:
            welcomes.add(mention.population)
            continue
        gap = words[last : mention.start] if last >= 0 else []
        if groups and _LINKS.issuperset(gap):
            for group in groups if not _OF_ALL.isdisjoint(gap) else groups[-1:]:
                group.add(mention.population)
        elif groups and is_name and not _JOINERS.issuperset(gap):
            for group in groups:
                group.add(mention.population)
        else:
            groups.append({mention.population})
        last = mention.end
    covered = {n for one in mentions for n in range(one.start, one.end)}
    is_bare = all(n in covered or word in _FILLER or word.isdigit() for n, word in enumerate(words))
    return _narrowed(
        _Clause(
            frozenset(map(frozenset, groups)),
            frozenset(welcomes) & named,
            frees,
            is_open=any(table[one].restricts is Restricts.EVERYONE for one in welcomes),
            is_bare=is_bare and bool(groups),
            is_rule=is_rule,
        )
    )


def _are_refused(after: Sequence[str]) -> bool:
    """Return whether the words after a population take it back: "women are not served"."""
    return bool(after) and after[0] in _VERBS and not _DENYING.isdisjoint(after)


_VERBS: Final = frozenset("are is may can cannot do not will no".split())


def _is_rule(words: Sequence[str], mentions: Sequence[Mention], text: str) -> bool:
    """Return whether a clause says that only these people may come."""
    if not _RULE.search(text):
        return False
    starts = {one.start for one in mentions} | {one.end for one in mentions}
    markers = [n for n, word in enumerate(words) if _RULE_WORDS.issuperset({word})]
    return any(abs(start - marker) <= _REACH for marker in markers for start in starts)


_RULE_WORDS: Final = frozenset(
    "only exclusively solely must limited restricted required solo solamente exclusivamente unicamente debe deben".split()
)


def _said_of(words: Sequence[str], mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions in a sentence of a description that say whom the service is for, and those joined to them."""
    said: list[Mention] = []
    for mention in mentions:
        before = words[max(0, mention.start - _REACH) : mention.start]
        markers = [n for n, word in enumerate(before) if word in _MARKERS]
        gap = words[said[-1].end : mention.start] if said else []
        if (said and (_JOINERS | _LINKS).issuperset(gap)) or (
            markers and _BREAKS.isdisjoint(before[markers[-1] + 1 :])
        ):
            said.append(mention)
    return said


def _narrowed(clause: _Clause) -> _Clause:
    """Return a clause without what restricts nobody."""
    table = populations()

    def kinds(of: Iterable[str]) -> set[Restricts]:
        return {table[one].restricts for one in of}

    alternatives: set[frozenset[str]] = set()
    is_open = clause.is_open
    for of in clause.alternatives:
        strict = frozenset(one for one in of if table[one].restricts is Restricts.YES)
        if strict:
            alternatives.add(strict)
        elif Restricts.EVERYONE in kinds(of) or "low-income" in of:
            is_open = True
    loose = [of for of in clause.alternatives if Restricts.YES not in kinds(of)]
    # "Families, young people" is for any family; "veterans and their families" is for those of veterans.
    are_ages = all(any(table[one].ages for one in of) for of in alternatives)
    if any("people" in of and len(of) == 1 for of in loose) or (
        any("families" in of for of in loose) and are_ages
    ):
        return clause._replace(
            alternatives=frozenset(), welcomes=clause.welcomes.union(*alternatives), is_open=is_open
        )
    both_sexes = {frozenset({"women"}), frozenset({"men"})} <= alternatives
    if is_open or both_sexes or len(alternatives) > _MANY:
        return clause._replace(
            alternatives=frozenset(), welcomes=clause.welcomes.union(*alternatives), is_open=is_open
        )
    return clause._replace(alternatives=frozenset(alternatives), is_open=is_open)
