"""Sentences of records, and their parts that are not about what is offered: documents to bring, for whom it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from communityconnector.needs import asking, mentions
from communityconnector.needs import contexts as c
from communityconnector.needs.asking import addresses_others, asks_for_goods, seeks
from communityconnector.needs.mentions import is_about_animals, lowers_prices, mentioning_parts
from communityconnector.needs.phrases import Hit, Word, read_words
from communityconnector.needs.words import fold, words_of

_NON: Final = re.compile(r"\b(non|anti)[- ](?=[a-z])")
_TOKEN: Final = re.compile(
    r"[a-z0-9]+(?:'[a-z]+)?|[,&/+:]|(?<=[a-z0-9)]{3})[.!?](?=\s|$)|[;|\n()\[\]\u2022]|[-\u2013\u2014](?=\s)"
)
_LONGEST: Final = 100
"""The largest number of words in a sentence; the rest is read as another sentence."""
_WRITTEN: Final = {",": ",", "/": ",", ":": ":", "&": "and", "+": "and"}
"""Signs within a sentence, and how they are read."""
_STOPS: Final = frozenset(".!?")
_JOINTS: Final = frozenset("and or y o e u".split())


def sentences_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the parts of a text between full stops, brackets and dashes, each with the number of its sentence, from 0.

    A part is a list of folded words, commas and colons. Lists under a heading such as "Bring:" are left out. A line ends
    a sentence.
    """
    skipping = False
    number = 0
    for line in fold(text).splitlines():
        if not line.strip():
            skipping = False
            continue
        if line.rstrip().endswith(":"):
            skipping = not c.LABELS.isdisjoint(words_of(line))
        if skipping:
            continue
        sentence: list[str] = []
        joined = _NON.sub(r"\1", line) if "non" in line or "anti" in line else line
        for word in _TOKEN.findall(joined):
            if len(sentence) == _LONGEST:
                yield number, sentence
                sentence = []
            if word[0].isalnum():
                sentence.append(word)
            elif word in _WRITTEN:
                sentence.append(_WRITTEN[word])
            else:
                if sentence:
                    yield number, sentence
                    sentence = []
                number += word in _STOPS
        if sentence:
            yield number, sentence
        number += 1


def is_spanish(text: str, words: Sequence[str]) -> bool:
    """Return whether a text is Spanish, by its small words and accents.

    Args:
        text: the text.
        words: its folded words.
    """
    if not c.SPANISH.isdisjoint(words) or sum(map(c.SPANISH_ARTICLES.__contains__, words)) > 1:
        return True
    return not text.isascii() and not _SPANISH_SIGNS.isdisjoint(text.lower())


_SPANISH_SIGNS: Final = frozenset("ñáéíóú¿¡")


class Sentence:
    """A sentence of a record, or a name.

    Args:
        tokens: its words, commas and colons.
        is_spanish: whether the text is Spanish.

    Attributes:
        tokens: its words, commas and colons.
        is_spanish: whether the text is Spanish.
        about_other: positions of the words in phrases that are not about what is offered.
        words: the stems.
        plain: the words without a genitive ending.
        offers: by word, whether it may be about what is offered.
    """

    def __init__(self, tokens: list[str], *, is_spanish: bool) -> None:
        self.tokens = tokens
        self.is_spanish = is_spanish
        self.about_other: set[int] = set()
        self.words: Sequence[Word] = read_words(tokens)
        self.plain = [word.removesuffix("'s").removesuffix("'") if "'" in word else word for word in tokens]
        self.offers = [True] * len(tokens)
        self._may_be_aside = not _ASIDE.isdisjoint(tokens)
        if not self._may_be_aside:
            self.__dict__.update(_PLAIN)
        if _SIGNALS.isdisjoint(tokens):
            return
        for position, word in enumerate(tokens):
            for first, last in self._hidden(position, word) if word in _SIGNALS else ():
                self.offers[first:last] = [False] * (last - first)

    @cached_property
    def seeks(self) -> bool:
        """Whether it asks for volunteers or staff."""
        return seeks(self.tokens)

    @cached_property
    def mentions(self) -> frozenset[int]:
        """Positions of the words about what others offer."""
        return frozenset(n for first, last in mentioning_parts(self.tokens) for n in range(first, last))

    @cached_property
    def lowers_prices(self) -> bool:
        """Whether it is about a lower price for what people buy."""
        return lowers_prices(self.tokens)

    @cached_property
    def asks_for_goods(self) -> bool:
        """Whether it asks for things."""
        return asks_for_goods(self.tokens)

    @cached_property
    def addresses_others(self) -> bool:
        """Whether it is for those who help people, employ them or rent to them."""
        return addresses_others(self.tokens)

    @cached_property
    def is_about_animals(self) -> bool:
        """Whether it is about animals, and not about people who have some."""
        return is_about_animals(self.tokens)

    def is_about_other(self, hit: Hit) -> bool:
        """Return whether a phrase here is not about what is offered; then its words do not count."""
        if not self._is_about_other(hit):
            return False
        self.about_other.update(range(hit.start, hit.start + hit.length))
        return True

    def _is_about_other(self, hit: Hit) -> bool:
        concept, last = hit.phrase.concept, hit.start + hit.length - 1
        if not self.offers[hit.start] and (concept not in c.POPULATIONS or not self._is_for_whom(hit.start)):
            return True
        if self.seeks is not (concept == "volunteering"):
            return self.seeks or hit.length == 1
        if self._may_be_aside and concept not in c.FOR_ANIMALS and self._is_for_animals(hit.start, last):
            return True
        phrase = self.tokens[hit.start : last + 1]
        if last + 1 < len(self.tokens) and self.tokens[last + 1] in _TURNING:
            return True
        if (
            concept != "job-training"
            and not c.PROFESSIONS.isdisjoint(self.tokens[last : last + 2])
            and (
                not c.LEARNING.isdisjoint(self.tokens[last : last + 1 + _NEAR])
                or not c.TAUGHT.isdisjoint(self.tokens[max(0, hit.start - _REACH) : hit.start])
            )
        ):
            return True
        is_theirs = self._is_theirs(phrase, hit.start, last, concept)
        return is_theirs or self._says_whom(phrase, last, concept) or self._names_papers(phrase)

    def part_of(self, position: int) -> tuple[int, int]:
        """Return the first and last position of the words around a word, between commas and "and"."""
        first, last = position, position + 1
        while first and not self._parts(first - 1):
            first -= 1
        while last < len(self.tokens) and not self._parts(last):
            last += 1
        return first, last

    def _parts(self, position: int) -> bool:
        return self.tokens[position] in {",", ":"} or self.tokens[position] in _JOINTS

    def _says_whom(self, phrase: Sequence[str], last: int, concept: str) -> bool:
        if concept in c.POPULATIONS or not c.HARMED.isdisjoint(phrase):
            return False
        if all(word in c.CONDITIONS for word in phrase) or tuple(phrase) in c.STATES:
            return True
        if phrase[-1] in c.PEOPLE:
            return c.FOR_WHOM.isdisjoint(phrase) and c.STAFF.isdisjoint(phrase)
        followed = last + 1 < len(self.tokens) and self.tokens[last + 1] in c.PEOPLE
        return followed and not c.CONDITIONS.isdisjoint(phrase)

    def _is_theirs(self, phrase: Sequence[str], first: int, last: int, concept: str) -> bool:
        """Return whether a thing is one that people have, or a place where they live or to which things are delivered."""
        after = self.tokens[last + 1] if last + 1 < len(self.tokens) else ""
        if after in c.BENEFICIARIES or (after in c.INSURED and not c.BENEFITS.isdisjoint(phrase)):
            return concept not in c.POPULATIONS
        if self._names_benefits(phrase) and concept not in c.POPULATIONS:
            return True
        if after in c.INMATES and concept in c.LODGINGS:
            return True
        before = self.tokens[max(0, first - _NEAR) : first]
        is_reached = not c.DELIVERED_TO.isdisjoint(before) and phrase[-1] in c.PARTNERS
        return is_reached and not c.DELIVERING.isdisjoint(self.tokens[:first])

    def _names_benefits(self, phrase: Sequence[str]) -> bool:
        """Return whether benefits are only named, such as a condition, and not offered."""
        if (
            c.BENEFIT_NAMES.isdisjoint(phrase)
            or len(self.tokens) <= _NEAR
            or not c.ENROLLING.isdisjoint(self.tokens)
        ):
            return False
        others = [token for token in self.tokens if token not in phrase and token.isalnum()]
        return not (c.BENEFITS | c.GENERIC | _JOINTS | _IN_KIND).issuperset(others)

    def _names_papers(self, phrase: Sequence[str]) -> bool:
        if phrase[-1] not in c.PAPERS or len(self.tokens) <= _FEW:
            return False
        following = (*self.tokens[1:], "")
        return not any(
            word in c.OBTAINING and after not in _STUBS
            for word, after in zip(self.tokens, following, strict=True)
        )

    def _is_for_animals(self, first: int, last: int) -> bool:
        near = range(max(0, first - _NEAR), min(len(self.tokens), last + 1 + _NEAR))
        animals = [n for n in near if self.tokens[n] in c.ANIMALS]
        return any(c.BESIDE_PEOPLE.isdisjoint(self.tokens[max(0, n - 2) : n + 2]) for n in animals)

    def _is_for_whom(self, position: int) -> bool:
        return not c.FOR_WHOM.isdisjoint(self.tokens[max(0, position - _REACH) : position])

    def _hidden(self, position: int, word: str) -> Iterator[tuple[int, int]]:
        """Yield the parts that a word shows not to be about what is offered, as first and last positions."""
        tokens, end = self.tokens, len(self.tokens)
        before = tokens[position - 1] if position else ""
        after = tokens[position + 1] if position + 1 < end else ""
        if word == ":" and self._is_label(position):
            yield position, end
        elif self._requires(position, word):
            yield position, next((n for n in range(position, end) if tokens[n] == "we"), end)
        elif word in c.REQUIRED_BEFORE:
            yield self._comma_before(position), self._comma_after(position)
        elif word in _OF_OTHERS:
            yield from self._theirs(position, word)
        elif (
            (word in c.PAYMENT and after in c.PAID_BY)
            or word in c.ELSEWHERE
            or word in c.ACCOMPANIED
            or (word in c.BESIDE_PLACE and position + 1 < end)
            or (word == "next" and after == "to")
        ):
            yield position, end
        elif word in c.CALLING:
            # "For a bed, call the crisis line" leads elsewhere.
            elsewhere = before == "," and tokens[0] in _IF and after not in {"us", "our"}
            yield 0 if elsewhere else position, min(end, position + 4)
        elif word == "no" and after not in c.NOT_DENIED:
            last = (
                end
                if after in {"longer", "ofrece", "ofrecemos", "incluye", "hay", "brinda"}
                else position + 4
            )
            yield position, min(last, self._comma_after(position))
        elif word in c.NEGATIONS or (word == "not" and (before in c.NEGATED_VERBS or not before)):
            if after not in c.NOT_DENIED:
                yield position, self._denied_until(position)
        elif word in c.FOR_WHOM or word in c.PEOPLE:
            yield from self._whom(position, word)

    def _theirs(self, position: int, word: str) -> Iterator[tuple[int, int]]:
        """Yield the parts about who refers people, what they have already, and what they pay with."""
        tokens, end = self.tokens, len(self.tokens)
        near = range(position + 1, min(position + 1 + _NEAR, end))
        if word in c.REFERRED | c.NOTES and any(tokens[n] in c.REFERRERS for n in near):
            yield position, next((n for n in range(position, end) if tokens[n] == "we"), end)
        elif (word in c.REFERRING and tokens[position - 1] in c.MAY) or (
            word in c.LACKED and not c.PAPERS.isdisjoint(tokens[self._comma_before(position) : position])
        ):
            yield self._comma_before(position), position
        elif word == "through" and not c.SENT.isdisjoint(tokens[max(0, position - _NEAR) : position]):
            yield position, end
        elif word in c.YOURS:
            last = next((n for n in near if tokens[n] in c.SENDERS), -1)
            if last > 0:
                yield position, last + 1
        elif word in c.TAKEN:
            paid = [
                n for n in range(max(0, position - _REACH), position) if tokens[n] in c.PAID_BY | c.BENEFITS
            ]
            if paid:
                yield paid[0], position
        elif word in c.CONDITIONAL:
            having = next(
                (n for n in range(position + 1, min(position + _REACH, end)) if tokens[n] in c.HAVING), end
            )
            if not c.BENEFITS.isdisjoint(tokens[having : having + _NEAR + 1]):
                yield having, next((n for n in range(having, end) if tokens[n] in _YOU), end)

    def _requires(self, position: int, word: str) -> bool:
        tokens = self.tokens
        before = tokens[position - 1] if position else ""
        after = tokens[position + 1] if position + 1 < len(tokens) else ""
        if word in c.REQUIRED_AFTER or (word in c.PROOFS and after in {"of", "de"}):
            return True
        if word in c.BRINGING:
            return before not in c.BROUGHT_BY_STAFF or (before == "to" and self._obliges(position - 1))
        if word == "need":
            papers = tokens[position + 1 : position + _REACH]
            return before == "will" or (before in c.PEOPLE and not c.PAPERS.isdisjoint(papers))
        if word in c.TO_SHOW:
            return before in c.ASKED_TO or (before == "to" and self._obliges(position - 1))
        return False

    def _is_label(self, colon: int) -> bool:
        """Return whether the words before a colon head something that is not offered: "Documents:", not "At no cost:"."""
        head = self.tokens[:colon]
        return len(head) <= _NEAR and not c.LABELS.isdisjoint(head) and "no" not in head

    def _obliges(self, to: int) -> bool:
        return to > 0 and self.tokens[to - 1] in c.OBLIGED

    def _comma_before(self, position: int) -> int:
        return next((n + 1 for n in range(position - 1, -1, -1) if self.tokens[n] == ","), 0)

    def _comma_after(self, position: int) -> int:
        return next((n for n in range(position, len(self.tokens)) if self.tokens[n] == ","), len(self.tokens))

    def _denied_until(self, position: int) -> int:
        ends = (
            n
            for n in range(position + 1, len(self.tokens))
            if self.tokens[n] in c.BUT or self.tokens[n] == ","
        )
        return next(ends, len(self.tokens))

    def _whom(self, position: int, word: str) -> Iterator[tuple[int, int]]:
        """Yield the parts about whom it is for: after "for" up to the people, and the description of people after them."""
        tokens, end = self.tokens, len(self.tokens)
        last, closely = (
            position,
            position == 0 or (position == 1 and tokens[0] not in c.HELPING | c.ENROLLING),
        )
        if word in c.FOR_WHOM:
            reach = _REACH if word != "to" else _NEAR
            for n in range(position + 1, min(position + reach, end)):
                if tokens[n] in c.HARMED or tokens[n] in _BEYOND or (word == "para" and _IS_VERB(tokens[n])):
                    return
                if tokens[n] in c.PEOPLE:
                    last = n
                    break
            else:
                return
            closely = word not in c.HELPING
            yield position + 1, last + 1
        following = tokens[last + 1] if last + 1 < end else ""
        if following in c.WHOSE and (closely or following not in c.LINKS):
            yield last + 1, self._end_of_description(last + 1)

    def _end_of_description(self, position: int) -> int:
        for n in range(position, len(self.tokens)):
            if (
                self.tokens[n] == ","
                or self.tokens[n] in c.IN_NEED
                or (n > position + 1 and self.tokens[n] in c.THEN)
            ):
                return n
        return len(self.tokens)


_OF_OTHERS: Final = (
    c.REFERRED | c.NOTES | c.REFERRING | c.LACKED | c.TAKEN | c.YOURS | c.CONDITIONAL | {"through"}
)
_SIGNALS: Final = frozenset({":", "next", "through", "no", "not", "need"}).union(
    c.REQUIRED_AFTER, c.REQUIRED_BEFORE, c.PROOFS, c.ACCOMPANIED, c.BESIDE_PLACE, c.BRINGING, c.TO_SHOW, c.PAYMENT, c.ELSEWHERE, c.CALLING, c.NEGATIONS,
    c.FOR_WHOM, c.PEOPLE,
    _OF_OTHERS,
)  # fmt: skip
"""Words that may show that other words are not about what is offered."""
_ASIDE: Final = asking.SIGNALS | mentions.SIGNALS
_PLAIN: Final = {
    "seeks": False, "mentions": frozenset[int](), "lowers_prices": False, "asks_for_goods": False, "addresses_others": False,
    "is_about_animals": False,
}  # fmt: skip
"""What is so of a sentence without any of these words, as most are: worked out once for all."""
_TURNING: Final = c.ACCESSIBLE | c.OFFENDERS | c.OFFICIAL
"""Right after a phrase, these change its sense."""
_STUBS: Final = frozenset({"stub", "stubs"})
_YOU: Final = frozenset("we you call please then puede llame".split())
_IF: Final = frozenset("for if in when para si".split())
_IS_VERB: Final = re.compile(r"[a-z]{2,}[aei]r").fullmatch
"""A Spanish verb after "para" says for what, not for whom."""
_BEYOND: Final = c.LINKS | c.FOR_WHOM | c.CONDITIONAL | {",", ":", "when", "cuando"}
_IN_KIND: Final = frozenset("cash food medical nutrition supplemental".split())
"""With the names of benefits, these name others in a list."""
_FEW: Final = 6
"""The largest number of words in a name; a longer text is a sentence."""
_NEAR: Final = 3
_REACH: Final = 7
