"""Matters that need more care than others: what they are called, and how patrons are kept from being named."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from communityconnector.errors import InvalidPatronRefError
from communityconnector.notification import Secret

if TYPE_CHECKING:
    from communityconnector.needs import Vocabulary

SENSITIVE: Final = frozenset(
    {
        "dv",
        "sexual_assault",
        "trafficking",
        "stalking",
        "child_abuse",
        "elder_abuse",
        "sud",
        "mental_health",
        "hiv",
        "reproductive_health",
        "immigration",
        "lgbtq_youth",
        "reentry",
        "unclassified",
    }
)
"""Tags of matters that need care. `unclassified` is what is not known to be harmless: a need of another taxonomy."""

WRITTEN_FOR: Final = frozenset({"dv", "sexual_assault", "trafficking", "sud"})
"""Tags whose consent must be written: 34 USC 12291(b)(2) asks for a written release of a survivor's information, and
42 CFR 2.31 for one of records of treatment for substance use."""

_REF: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{7,127}")
_SEPARATORS: Final = re.compile(r"[._:~-]+")
_CODE: Final = re.compile(
    r"(?:[A-Za-z]{1,16}[._:~-])?(?:[0-9A-Fa-f]{32,}|[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})"
)
"""32 hexadecimal digits or more, or a UUID, maybe behind a word: no name and no number that anybody has."""
_NUMBER: Final = re.compile(r"(?:^|[._:~-])(?:[0-9][._:~-]*){5,}(?:$|[._:~-])")
"""Five digits or more with nothing but separators between them: a ZIP code at least."""
_PLAIN: Final = re.compile(r"[0-9]*(?:[A-Z]?[a-z]+|[A-Z]+){0,3}[0-9]*|[A-Za-z]*[0-9]{5,}[A-Za-z]*")
"""What stands between two separators in names, addresses and numbers: up to three words that capitals tell apart, with a
number before or behind them; or a number of five digits or more, whatever letters are around it."""


_UNCLASSIFIED: Final = frozenset({"unclassified"})


def tags_of(vocabulary: Vocabulary, concepts: Iterable[str], terms: Iterable[str] = ()) -> frozenset[str]:
    """Tags of what is needed; `unclassified` where some of it is not in the vocabulary, or nobody knows what it is.

    Args:
        vocabulary: the needs that are known.
        concepts: ids of the needs.
        terms: ids of taxonomy terms that were asked for, of which nobody knows how sensitive they are.
    """
    asked = [vocabulary.concepts.get(concept) for concept in concepts]
    tags = [_UNCLASSIFIED if known is None else known.sensitive for known in asked]
    return _UNCLASSIFIED.union(*tags) if any(True for _ in terms) or not tags else frozenset().union(*tags)


def patron_ref(text: str, cards: str = "") -> str:
    r"""The same text, if it can be an opaque reference to a patron.

    Nobody can tell from a text that it is opaque: a name and a code word look alike. What has the form of names,
    addresses and numbers is refused. A UUID, 32 hexadecimal digits or more, and what `derived_ref` makes are accepted,
    with a word such as `patron-` before them or without. Any other reference needs a part in which letters and digits
    are mixed, such as `token-5f3a9c`: not words and numbers alone, be they joined or apart (`Jane.Smith`,
    `jane-doe-1980`, `main-street-12`, `tel:5550100`). Nor may it hold five digits or more in a row, with separators
    between them or without, as parts of their own. Random tokens hardly ever have such a form.

    Args:
        text: the reference that the host gives.
        cards: a regular expression of the library's own card numbers, where they mix letters and digits, such as
            `[A-Z]\d[A-Z]\d{5}`.

    Raises:
        InvalidPatronRefError: it is shorter than 8 or longer than 128 characters, holds others than letters, digits and
            `. _ : ~ -`, has the form of a name, an address or a number, or is a card number. The message does not
            repeat it.
    """
    if not _is_opaque(text, cards):
        message = (
            "a patron's reference is an opaque token of 8 to 128 letters, digits and . _ : ~ -, such as a UUID, with "
            "letters and digits mixed: never a name, an address, a phone or a card number. `derived_ref` makes one from "
            "your own id"
        )
        raise InvalidPatronRefError(message)
    return text


def _is_opaque(text: object, cards: str) -> bool:
    """Whether a reference has the form of a token, and not that of a name, an address or a number."""
    if not isinstance(text, str) or not _REF.fullmatch(text) or (cards and re.fullmatch(cards, text)):
        return False
    if _CODE.fullmatch(text):
        return True
    mixed = any(not _PLAIN.fullmatch(part) for part in _SEPARATORS.split(text))
    return mixed and not _NUMBER.search(text)


def derived_ref(secret: Secret, purpose: str, patron_id: str) -> str:
    """A reference made from the host's own id of a patron: HMAC-SHA-256 with the host's secret.

    Another purpose gives another reference, so that two uses cannot be joined. Whoever has the secret and the ids can
    tell who is meant: it is a pseudonym, and does not make anybody anonymous.

    Args:
        secret: known to the host alone.
        purpose: what for, such as `referrals`.
        patron_id: the host's id.

    Raises:
        InvalidPatronRefError: the secret has less than 16 characters, or there is no purpose or id.
    """
    if len(secret.reveal()) < 16 or not purpose or not patron_id:  # 128 bits, if each is a byte
        message = "a reference is derived by a secret of at least 16 characters, for a purpose, from an id"
        raise InvalidPatronRefError(message)
    # An error of encoding would hold the secret or the id.
    key = secret.reveal().encode("utf-8", "surrogatepass")
    said = f"{len(purpose)}:{purpose}{patron_id}".encode("utf-8", "surrogatepass")
    return f"p-{hmac.new(key, said, hashlib.sha256).hexdigest()[:40]}"
