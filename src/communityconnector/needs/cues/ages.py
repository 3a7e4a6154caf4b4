"""Ages in a text.

An age is a number that stands beside "years old", after a person ("my dad 84"), after a word of being ("she is 16",
"turned 26", "tengo 40"), or as a clause of its own ("Client, 38, wants"). It is none where it counts a unit ("16 miles").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from communityconnector.needs.cues.model import AGE, AGE_GROUP, Cue
from communityconnector.needs.cues.numbers import Number
from communityconnector.needs.cues.text import Text
from communityconnector.needs.cues.verbs import is_past

_OLDEST: Final = 110
_HUNDRED: Final = 100
_TEEN: Final = 13
"""A smaller number is more often a count or an hour: it is an age only where no noun follows."""
_MOST_MONTHS: Final = 35
_YOUNG: Final = frozenset({"child", "infant"})
_GROUPS: Final = ((3, "Infants"), (13, "Children"), (18, "Teens"), (26, "Young Adults"), (60, "Adults"))
_DECADES: Final = {
    name: tens
    for tens, names in enumerate("20s twenties|30s thirties|40s forties|50s fifties|60s sixties|70s seventies|80s eighties|90s nineties".split("|"), 2)
    for name in names.split()
}  # fmt: skip


def age_group(age: int) -> str:
    """Return the age group of an age in years."""
    return next((group for below, group in _GROUPS if age < below), "Seniors")


def read_age(text: Text) -> Iterator[Cue]:
    """Yield the first age in a text with its age group; for a baby's months and for a decade perhaps the group only."""
    for number in text.numbers:
        if not 0 < number.value <= _OLDEST or is_amount(text, number):
            continue
        span = text.tokens[number.first].start, text.tokens[number.last].end
        if _is_months(text, number):
            if number.value >= 12:
                yield Cue(AGE, number.value // 12, *span)
            yield Cue(AGE_GROUP, "Infants", *span)
            return
        if _is_age(text, number):
            yield Cue(AGE, number.value, *span)
            yield Cue(AGE_GROUP, age_group(number.value), *span)
            return
    for position, token in enumerate(text.tokens):
        if token.word in _DECADES and not {"possessive", "person", "about"}.isdisjoint(
            text.token(position - 1).classes
        ):
            yield Cue(AGE_GROUP, age_group(_DECADES[token.word] * 10 + 1), token.start, token.end)
            return


def is_amount(text: Text, number: Number) -> bool:
    """Return whether marks make a number another one: "$16", "9:30", "3/4", "90%"."""
    start, end = text.tokens[number.first].start, text.tokens[number.last].end
    before, after = text.plain[max(0, start - 2) : start], text.plain[end : end + 2]
    return (
        before[-1:] in set("$#:/+.")
        or (before[:1].isdigit() and before[-1:] in set(",-"))
        or after[:1] in set("%$")
        or (after[:1] in set(":/.,-") and after[1:].isdigit())
    )


def _is_age(text: Text, number: Number) -> bool:
    lead, position = _before_about(text, number.first - 1), number.last + 1
    before, years, after = text.token(lead), text.token(position), text.token(position + 1)
    if "when" in before.classes or any("when" in token.classes for token in text.back(lead, 2)):
        return False
    if years.word in {"yo", "yof", "yom"} or (years.word, after.word) == ("y", "o"):
        return True
    stated = _follows_person(text, lead, number.value) or _follows_being(text, lead)
    if "year" in years.classes and not text.ends_before(position):
        is_old = after.word in {"old", "olds"} or (after.word, text.token(position + 2).word) == ("of", "age")
        of_age = before.word == "de" and "lasting" not in text.token(lead - 1).classes
        may_be = stated or lead < 0 or of_age or before.word in {"con", "los"}
        return is_old or (may_be and before.word != "of" and not _spends(text, position))
    alone = _has_sex(text, number) or _stands_alone(text, lead, position) or _is_at(text, lead)
    is_likely = stated or (alone and _TEEN <= number.value < _HUNDRED)
    return is_likely and number.value > 1 and not counts_next(text, number, number.value)


def _before_about(text: Text, position: int) -> int:
    """Return a position, or the one before it where "about", "only" and the like are passed over."""
    while position >= 0 and "about" in text.tokens[position].classes:
        position -= 1
    return position


def _spends(text: Text, position: int) -> bool:
    """Return whether the years at a position are a length of time: "veinte años viviendo aquí", "10 years sober"."""
    years, after = text.token(position), text.token(position + 1)
    if text.ends_before(position + 1):
        return False
    is_spanish = years.word.startswith("an")
    return "spending" in after.classes or (
        after.word.endswith("ndo") if is_spanish else "small" not in after.classes
    )


def counts_next(text: Text, number: Number, value: int) -> bool:
    """Return whether a number counts the word after it: a unit, and after a small value any noun."""
    position = number.last + 1
    after = text.token(position)
    if text.ends_before(position):
        return False
    if "unit" in after.classes or after.word.isdigit():
        return True
    return value < _TEEN and "small" not in after.classes and not is_past(text, position)


def _follows_person(text: Text, lead: int, value: int) -> bool:
    """Return whether one person stands before a number: "my dad, 84", "mi hija de 13"."""
    if not set(text.between(lead + 1)) <= set(" ,:(-"):
        return False
    token = text.token(lead)
    before = token.word
    if before in {"de", "of"}:
        lead = _before_about(text, lead - 1)
        token, owner = text.token(lead), text.token(lead - 1)
        is_named = before == "de" and "possessive" in owner.classes and token.word != "edad"
        if token.word in {"el", "la", "una", "uno"} or is_named:
            return "parent" not in token.classes or value >= _TEEN
    elif value < _TEEN and text.plain.endswith("'s", token.start, token.end):
        return False
    if "parent" in token.classes and value < _TEEN:
        return False
    is_one = token.word == token.stem or not token.word.endswith("s")
    return is_one and "person" in token.classes and not _is_others(text, lead)


def _is_others(text: Text, position: int) -> bool:
    return "other" in text.token(position).classes or "ex" in (
        text.token(position).word,
        text.token(position - 1).word,
    )


def _follows_being(text: Text, lead: int) -> bool:
    """Return whether a word of being stands before a number, of a person: "she is 16", "a los 70", not "rent is 900"."""
    if text.token(lead).word == "los":
        return text.token(lead - 1).word == "a" or "being" in text.token(lead - 1).classes
    token, subject = text.token(lead), text.token(lead - 1)
    if text.ends_before(lead + 1) or "being" in token.classes:
        return "being" in token.classes and not text.ends_before(lead + 1)
    return (
        "copula" in token.classes
        and "past" not in token.classes
        and not {"person", "pronoun"}.isdisjoint(subject.classes)
        and not _is_others(text, lead - 1)
    )


def _stands_alone(text: Text, lead: int, position: int) -> bool:
    """Return whether a number begins a clause, and nothing follows that it counts: "Client, 38, wants", "67 and alone"."""
    if lead >= 0 and not text.ends_before(lead + 1):
        return False
    return text.ends_before(position) or "with" in text.token(position).classes


def _is_at(text: Text, lead: int) -> bool:
    """Return whether "at" stands before a number, not of a setting: "laid off at 58", not "keep it at 58"."""
    return text.token(lead).word == "at" and text.token(lead - 1).word not in {"it", "heat", "set"}


def _has_sex(text: Text, number: Number) -> bool:
    """Return whether a letter of sex stands beside a number: "34F", "m 58"."""
    before, after = text.token(number.first - 1), text.token(number.last + 1)
    is_after = "sex" in after.classes and after.start - text.tokens[number.last].end <= 1
    is_before = "sex" in before.classes and not text.between(number.first).strip(", ")
    return is_after or (
        is_before and (text.ends_before(number.first - 1) or "person" in text.token(number.first - 2).classes)
    )


def _is_months(text: Text, number: Number) -> bool:
    """Return whether a number is a baby's age in months: "she's 18 months", not "6 months pregnant"."""
    position = number.last + 1
    month, after = text.token(position), text.token(position + 1)
    if number.value > _MOST_MONTHS or "month" not in month.classes or text.ends_before(position):
        return False
    if after.word in {"old", "olds"} or after.classes & _YOUNG:
        return True
    if not (text.ends_before(position + 1) or "small" in after.classes):
        return False
    lead = _before_about(text, number.first - 1)
    token = text.token(lead)
    if token.word == "de":
        token = text.token(lead - 1)
    if token.word == "is":
        token = text.token(lead - 1)
    return token.word in {"he", "she", "tiene"} or not token.classes.isdisjoint(_YOUNG)
