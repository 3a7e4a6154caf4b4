"""Marks of privacy in a source: by a flag or in words, what they hide, and from whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.names import FlagName, read_name
from communityconnector.interchange.texts.privacy.values import judge
from communityconnector.interchange.texts.privacy.words import PrivacyPhrase
from communityconnector.model import Disclosure, Severity

_RULES: Final = ("hidden-by-flag", "hidden-by-words", "privacy-not-understood")


@attrs.frozen
class PrivacyMark:
    """Something that a source says of privacy.

    Attributes:
        level: from whom it hides.
        scopes: what it hides; empty for the record that says it.
        field: the field that says it.
        words: the words that say it; "" where it is the value of a flag.
        subject: which phone or contact, where the flag says so.
        understood: whether the value of the flag was understood.
        is_itself: whether the field holds what is private, as `Private phone` may.
        of_record: whether it says that the record itself is not for the public.
    """

    level: Disclosure
    scopes: frozenset[Scope]
    field: str
    words: str = ""
    subject: tuple[str, ...] = ()
    understood: bool = True
    is_itself: bool = False
    of_record: bool = False

    @property
    def rule(self) -> str:
        """The rule of the finding about it."""
        by_flag, by_words, doubted = _RULES
        return doubted if not self.understood else by_words if self.words else by_flag

    @property
    def severity(self) -> Severity:
        """The severity of that finding."""
        return Severity.INFO if self.understood else Severity.WARNING

    def message(self, entity: str) -> str:
        """Return why something is hidden, for the person who may know better; without any value."""
        if self.is_itself:
            return f"{self.field} is read as something private"
        what = " and ".join(sorted(self.scopes - {Scope.LISTING})) or OWN.get(entity, "place")
        if self.of_record and entity in OFFERED:
            what += f", or the {entity} where it has none"
        if self.words:
            return f'"{self.words}" in {self.field} is read as: hide the {what}'
        if self.understood:
            return f"{self.field} is read as a mark that hides the {what}"
        return f"{self.field} is read as a mark that hides the {what}, and its value is not understood; write yes or no"


OWN: Final = {"phone": "phone", "contact": "contact"}
"""Entities that are private themselves, and not the place of which they are."""
OFFERED: Final = ("service", "organization")
"""Entities that are offered, or not, where they have no place."""

UNLISTED: Final = "x_not_listed"
"""Field that holds which field says that a service or an agency is not for the public. With a place, that is hidden; what
has none is not offered."""

HIDDEN: Final = "hidden"
"""The action for every `PrivacyMark`."""


def flags_in(fields: Mapping[str, Any]) -> Iterator[tuple[str, FlagName, Any]]:
    """Yield the privacy flags among fields, with their values; a flag of several parts is one flag for each."""
    for name, value in fields.items():
        flag = read_name(name)
        if flag is None:
            continue
        if isinstance(value, dict):
            for part, answer in value.items():
                joined = read_name(f"{part} {name}") or read_name(f"{name} {part}")
                if joined is not None:
                    yield f"{name}.{part}", joined, answer
        else:
            yield name, flag, value


def mark_of_flag(field: str, flag: FlagName, value: Any, *, is_blank_no: bool = False) -> PrivacyMark | None:
    """Return the mark that a flag sets; `None` where it hides nothing."""
    verdict = judge(flag, value, is_blank_no=is_blank_no)
    if verdict.level is None:
        return None
    if flag.holds_value and not verdict.understood:
        return PrivacyMark(verdict.level, flag.scopes, field, is_itself=True)
    return PrivacyMark(
        verdict.level,
        flag.scopes,
        field,
        subject=flag.subject,
        understood=verdict.understood,
        of_record=flag.publishes,
    )


def mark_in_words(field: str, phrase: PrivacyPhrase | None) -> PrivacyMark | None:
    """Return the mark that words set; `None` where they hide nothing."""
    return (
        None if phrase is None else PrivacyMark(phrase.level, frozenset({phrase.scope}), field, phrase.words)
    )
