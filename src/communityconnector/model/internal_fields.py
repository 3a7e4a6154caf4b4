"""Fields beside HSDS's own that are for those who keep the data: never shown to the public or at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from communityconnector.model.plain_words import words_of

PRIVATE: Final = "x_private"
"""Field that holds what a source marks as private and HSDS has no place to say so of: an e-mail address, a column."""

PRIVATE_PARTS: Final = "x_private_parts"
"""Field that holds which parts of a record are private, where other rows hold these: from whom, by `phones`, `contacts` or
`addresses`."""

_KEEPERS: Final = frozenset(
    "internal admin administrative administrator staff review reviewer reviewers editor editors editorial maintenance maintainer steward "
    "data private confidential hidden office interno interna internas internos privada privadas".split()
)
_REMARKS: Final = frozenset(
    "note notes comment comments remark remarks memo memos message messages email emails log logs history instructions nota notas "
    "comentario comentarios".split()
)
_DONE: Final = frozenset(
    "verified updated entered created edited modified reviewed approved checked changed added assigned submitted confirmed contacted".split()
)
_WHOLE: Final = frozenset({
    ("last", "verification", "contact"), ("verification", "contact"), ("resource", "info", "contact"), ("data", "contact"),
    ("maintenance", "contact"), ("data", "entry", "contact"), ("record", "owner"), ("assurer", "name"), ("x", "private"),
})  # fmt: skip
"""Names that are none of those that the words above make."""


@lru_cache(maxsize=4096)
def is_internal(name: str) -> bool:
    """Whether a field's or a column's name says that it is for those who keep the data.

    Such are notes of staff and editors (`InternalNotes`, `admin_emails`, `ADMIN_COMMENTS__C`) and the people who
    entered or checked a record (`LastVerifiedByEmailAddress`).
    """
    words = tuple(word for word in words_of(name) if not word.isdigit())
    if words in _WHOLE:
        return True
    for at, word in enumerate(words):
        if word in _KEEPERS and any(other in _REMARKS for other in words) and words[0] not in _SHOWN:
            return True
        if word in _DONE and words[at + 1 : at + 2] == ("by",):
            return True
    return False


_SHOWN: Final = frozenset({"public", "patron", "client", "website", "web"})


def has_internal(extra: Iterable[str]) -> bool:
    """Whether any of a record's fields beside HSDS's own is internal."""
    return any(map(is_internal, extra))


def without_internal(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Those fields of a record that are not internal."""
    return {name: value for name, value in extra.items() if not is_internal(name)}
