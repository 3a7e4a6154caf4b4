"""Sensitive matters and their tags, and opaque references that keep patrons from being identified."""

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
"""Tags of matters that need care. `unclassified` is for what is not known to be harmless: a need of another taxonomy."""

WRITTEN_FOR: Final = frozenset({"dv", "sexual_assault", "trafficking", "sud"})
"""Tags whose consent must be written: 34 USC 12291(b)(2) requires a written release of a survivor's information, and
42 CFR 2.31 a written consent for records of treatment for substance use."""

_REF: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{7,127}")
_SEPARATORS: Final = re.compile(r"[._:~-]+")
_CODE: Final = re.compile(
    r"(?:[A-Za-z]{1,16}[._:~-])?(?:[0-9A-Fa-f]{32,}|[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})"
)
"""32 hexadecimal digits or more, or a UUID, optionally after a word: not the form of any name or personal number."""
_NUMBER: Final = re.compile(r"(?:^|[._:~-])(?:[0-9][._:~-]*){5,}(?:$|[._:~-])")
"""Five digits or more with only separators between them, as long as a ZIP code or longer."""
_PLAIN: Final = re.compile(r"[0-9]*(?:[A-Z]?[a-z]+|[A-Z]+){0,3}[0-9]*|[A-Za-z]*[0-9]{5,}[A-Za-z]*")
"""A part between two separators as it occurs in names, addresses and numbers: up to three words that begin with
capitals, with a number before or after them, or a number of five digits or more with any letters around it."""


_UNCLASSIFIED: Final = frozenset({"unclassified"})


def tags_of(vocabulary: Vocabulary, concepts: Iterable[str], terms: Iterable[str] = ()) -> frozenset[str]:
    """Return the tags of what is needed, with `unclassified` if any of it is not in the vocabulary or the need is unknown.

    Args:
        vocabulary: the needs that are known.
        concepts: ids of the needs.
        terms: ids of taxonomy terms that were asked for. How sensitive they are is unknown.
    """
    entries = [vocabulary.concepts.get(concept) for concept in concepts]
    tags = [_UNCLASSIFIED if entry is None else entry.sensitive for entry in entries]
    return _UNCLASSIFIED.union(*tags) if any(True for _ in terms) or not tags else frozenset().union(*tags)


def patron_ref(text: str, cards: str = "") -> str:
    r"""Return the same text, if it can be an opaque reference to a patron.

    A text alone cannot prove that it is opaque: a name and a code word look alike. A text in the form of a name, an
    address or a number is refused. Accepted are a UUID, 32 hexadecimal digits or more, and what `derived_ref` makes,
    with or without a word such as `patron-` before them. Any other reference needs a part that mixes letters and digits,
    such as `token-5f3a9c`. Words and numbers that are merely joined or separated do not count (`Jane.Smith`,
    `jane-doe-1980`, `main-street-12`, `tel:5550100`). It also may not have five digits or more in a row as parts of
    their own, with or without separators between them. Random tokens hardly ever have such a form.

    Args:
        text: the reference that the host gives.
        cards: a regular expression for the library's own card numbers, if they mix letters and digits, such as
            `[A-Z]\d[A-Z]\d{5}`.

    Raises:
        InvalidPatronRefError: the text is shorter than 8 or longer than 128 characters, has others than letters, digits and
            `. _ : ~ -`, has the form of a name, an address or a number, or is a card number. The message does not
            repeat it.
    """
    if not _is_opaque(text, cards):
        message = (
            "a patron's reference must be an opaque token of 8 to 128 letters, digits and . _ : ~ -, such as a UUID, with "
            "letters and digits mixed, and never a name, an address, a phone or a card number: make one from your own id "
            "with `derived_ref`"
        )
        raise InvalidPatronRefError(message)
    return text


def _is_opaque(text: object, cards: str) -> bool:
    """Return whether a reference has the form of a token, and not of a name, an address or a number."""
    if not isinstance(text, str) or not _REF.fullmatch(text) or (cards and re.fullmatch(cards, text)):
        return False
    if _CODE.fullmatch(text):
        return True
    is_mixed = any(not _PLAIN.fullmatch(part) for part in _SEPARATORS.split(text))
    return is_mixed and not _NUMBER.search(text)


def derived_ref(secret: Secret, purpose: str, patron_id: str) -> str:
    """Return a reference made from the host's own id of a patron: HMAC-SHA-256 with the host's secret.

    Each purpose gives a different reference, so that two uses cannot be linked. A reference is a pseudonym and does not
    make patrons anonymous: the secret and the ids together identify them.

    Args:
        secret: a secret that only the host knows.
        purpose: what for, such as `referrals`.
        patron_id: the host's id.

    Raises:
        InvalidPatronRefError: the secret has fewer than 16 characters, or the purpose or the id is empty.
    """
    if len(secret.reveal()) < 16 or not purpose or not patron_id:  # 128 bits, if each is a byte
        message = "a derived reference needs a secret of at least 16 characters, a purpose and an id"
        raise InvalidPatronRefError(message)
    # An encoding error would contain the secret or the id.
    key = secret.reveal().encode("utf-8", "surrogatepass")
    signed = f"{len(purpose)}:{purpose}{patron_id}".encode("utf-8", "surrogatepass")
    return f"p-{hmac.new(key, signed, hashlib.sha256).hexdigest()[:40]}"
