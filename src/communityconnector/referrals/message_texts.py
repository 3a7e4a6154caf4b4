"""The texts that messages are written with: those that ship, and a library's own, which are checked.

A text may contain only the placeholders of its kind of message. That is how no text can reveal what the message must not
contain: there is no placeholder for a need, an agency or a patron.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidSettingsError
from communityconnector.referrals.states import ReferralStatus
from communityconnector.referrals.texts import ANONYMOUS, MESSAGE_TEXTS, STATUS_WORDS, MessageText, Template

ENGLISH: Final = "en"

PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        Template.AGENCY_REQUEST: frozenset({"library", "referral"}),
        Template.AGENCY_REMINDER: frozenset({"library", "referral"}),
        Template.AGENCY_WITHDRAWN: frozenset({"library", "referral"}),
        Template.STAFF_ATTENTION: frozenset({"library", "referral", "reason"}),
        Template.PATRON_MESSAGE: frozenset({"library"}),
        ANONYMOUS: frozenset(),
    }
)
"""What each kind of message may contain, besides `{link}` in a text with a link. The id of a referral is for agencies and
staff, the reason (a code) for staff, and the anonymous message does not name the library."""

STATUS: Final = "status"
"""The table of a language that has the states of a referral in words, by state."""

_TAG: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")

SEGMENT: Final = 160
"""Characters of one SMS in the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1)."""
WIDE_SEGMENTS: Final = 134
"""Characters of two joined SMS in any script: UTF-16 units, 67 in each."""

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE: Final = frozenset("^{}\\[~]|€\f")
"""Characters that count as two."""


def letters(text: str) -> int | None:
    """Return how many characters of an SMS a text takes, or `None` if a character is not in the GSM alphabet."""
    if any(letter not in _GSM and letter not in _GSM_DOUBLE for letter in text):
        return None
    return len(text) + sum(letter in _GSM_DOUBLE for letter in text)


OwnTexts = Mapping[str, Mapping[str, str]]
"""A language's own texts: by kind of message, the parts that are written in another way."""


@attrs.frozen
class MessageTexts:
    """The texts of messages by language, and the states of a referral in words. By default those that ship.

    Attributes:
        messages: the texts by language and kind of message.
        statuses: the words that a patron reads behind a link, by language and state.
    """

    messages: Mapping[str, Mapping[str, MessageText]] = MESSAGE_TEXTS
    statuses: Mapping[str, Mapping[ReferralStatus, str]] = STATUS_WORDS

    def message(self, kind: str, language: str) -> MessageText:
        """Return the text for a reader's language: of `es` for `es-MX`, and in English if there is none."""
        return next(self.messages[tag][kind] for tag in _tags(language) if kind in self.messages.get(tag, {}))

    def status(self, status: ReferralStatus, language: str) -> tuple[str, str]:
        """Return a state in words for a reader's language, and the language that the words are in."""
        return next(
            (self.statuses[tag][status], tag)
            for tag in _tags(language)
            if status in self.statuses.get(tag, {})
        )

    def all(self) -> Iterator[tuple[str, str, MessageText, bool]]:
        """Yield every text: its language, its kind, the text, and whether it is the library's own."""
        for language, kinds in self.messages.items():
            for kind, text in kinds.items():
                yield language, kind, text, text != MESSAGE_TEXTS.get(language, {}).get(kind)


def own_texts(own: MessageTexts | Mapping[str, OwnTexts]) -> MessageTexts:
    """Return the texts that ship, with a library's own in their place.

    Args:
        own: tables by language, such as `es` or `vi`. In each, a table for each kind of message that is written in another
            way (`Template`, or `anonymous_message`) has `subject`, `without_link` and `with_link`; the table `status` has
            the words for states.

    Raises:
        InvalidSettingsError: a language, a kind or a part is unknown, a text is missing or no text, or a placeholder is not
            allowed there. The message names each text and each such placeholder, and repeats no other value.
    """
    if isinstance(own, MessageTexts):
        return own
    messages, statuses = dict(MESSAGE_TEXTS), dict(STATUS_WORDS)
    known = [*PLACEHOLDERS, STATUS]
    faults: list[str] = []
    for language, kinds in own.items():
        if not _TAG.fullmatch(language):
            faults.append("a language must be in small letters, such as es or zh-hant")
            continue
        texts, words = dict(messages.get(language, {})), dict(statuses.get(language, {}))
        for kind, parts in kinds.items():
            name = f"{language}.{kind}"
            if kind not in known:
                faults.append(f"{language} has an unknown kind of message (expected: {', '.join(known)})")
            elif not isinstance(parts, Mapping):
                faults.append(f"{name} is not a table")
            elif kind == STATUS:
                words |= _status_words(name, parts, faults)
            else:
                texts[kind] = _message_text(name, kind, parts, texts.get(kind), faults)
        messages[language], statuses[language] = texts, words
    if faults:
        message = "; ".join(faults)
        raise InvalidSettingsError(message)
    return MessageTexts(messages, statuses)


def _tags(language: str) -> Iterator[str]:
    """Yield a language's tag, its shorter forms, and English (RFC 4647, 3.4)."""
    parts = language.lower().split("-")
    for count in range(len(parts), 0, -1):
        yield "-".join(parts[:count])
    yield ENGLISH


def _message_text(
    name: str, kind: str, parts: Mapping[str, Any], usual: MessageText | None, faults: list[str]
) -> MessageText:
    """Return a text, of which a language that has one already may give some parts."""
    linked = bool(MESSAGE_TEXTS[ENGLISH][kind].with_link)
    fields = MessageText._fields if linked else MessageText._fields[:2]
    if parts.keys() - set(fields):
        faults.append(f"{name} has an unknown part (expected: {', '.join(fields)})")
    values = {field: parts.get(field, getattr(usual, field, None)) for field in fields}
    for field, text in values.items():
        allowed = PLACEHOLDERS[kind] - ({"referral", "reason"} if field == "subject" else set())
        needed = {"referral"} & allowed
        if field == "with_link":
            allowed, needed = allowed | {"link"}, needed | {"link"}
        faults += [f"{name}.{field} {fault}" for fault in _faults(text, allowed, needed)]
    return MessageText(**{field: str(text) for field, text in values.items()})


def _status_words(name: str, parts: Mapping[str, Any], faults: list[str]) -> dict[ReferralStatus, str]:
    known = {status.value: status for status in ReferralStatus}
    if parts.keys() - known.keys():
        faults.append(f"{name} has an unknown state (expected: {', '.join(known)})")
    words = {part: text for part, text in parts.items() if part in known}
    for part, text in words.items():
        faults += [f"{name}.{part} {fault}" for fault in _faults(text, frozenset(), frozenset())]
    return {known[part]: text for part, text in words.items()}


def _faults(text: object, allowed: frozenset[str], needed: set[str] | frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a text."""
    if not isinstance(text, str) or not text.strip():
        yield "is missing" if text is None else "must be a text"
        return
    if not text.isprintable():
        yield "must be one line"
    if "://" in text:
        yield "contains an address: write {link}, so that the right one is used"
    try:
        parsed = [
            (name, spec, conversion)
            for _, name, spec, conversion in Formatter().parse(text)
            if name is not None
        ]
    except ValueError:
        yield "has a brace too many or too few"
        return
    named = {name for name, _, _ in parsed}
    shown = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "none"
    yield from (f"has the placeholder {{{name}}} (allowed: {shown})" for name in sorted(named - allowed))
    if any(spec or conversion for _, spec, conversion in parsed):
        yield "has a placeholder with a format: write the name alone"
    yield from (f"lacks the placeholder {{{name}}}" for name in sorted(needed - named))
