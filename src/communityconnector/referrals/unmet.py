"""Needs that could not be met, as they are kept for planning: without a patron, and without a way back to one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Self

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import documents
from communityconnector.referrals.codes import Outcome, UnmetReason
from communityconnector.referrals.documents import TYPED, Code, texts

_MOST_AREA: Final = 40
_ZIP: Final = re.compile(r"[0-9]{1,5}")
_PLACE: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'-])*(?:[ -]?[0-9]{1,2})?")
_STREETS: Final = frozenset(
    "street st avenue ave road rd lane ln drive dr way court ct place pl boulevard blvd highway hwy apartment apt unit "
    "suite box calle avenida".split()
)
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class Basis(Code):
    """How a need came to be known. The two are never added up: staff see needs that nobody has said."""

    PRESENTED = "presented"
    """The patron said it."""
    PERCEIVED = "perceived"
    """Staff saw it."""


@attrs.frozen(kw_only=True, field_transformer=TYPED)
class UnmetRecord:
    """One need that could not be met. Nothing in it says who, when to the day, or where to the street.

    Attributes:
        concepts: ids of the needs.
        terms: ids of taxonomy terms.
        reason: why it could not be met.
        basis: how it came to be known.
        month: when, as `2026-03`.
        area: where, coarsely: the beginning of a ZIP code, a county, a branch.
        language: the language that it was asked for in.
        channel: how the patron came: `desk`, `phone`, `outreach` and the like.
    """

    concepts: tuple[str, ...] = attrs.field(default=(), converter=texts)
    terms: tuple[str, ...] = attrs.field(default=(), converter=texts)
    reason: UnmetReason = attrs.field(converter=UnmetReason)
    basis: Basis = attrs.field(default=Basis.PRESENTED, converter=Basis)
    month: str
    area: str = ""
    language: str = ""
    channel: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The record as a plain document."""
        return documents.write(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The record that a document was made from."""
        return documents.read(cls, document)


def coarse(record: UnmetRecord) -> UnmetRecord:
    """The same record, if it says nothing that may not be kept for ever: it is kept without an end.

    Raises:
        InvalidReferralError: it says more. The message repeats nothing of it.
    """
    area_of(record.area)
    codes_of((*record.concepts, *record.terms, *filter(None, (record.language, record.channel))))
    return record


def area_of(text: str) -> str:
    """An area, if it is a coarse one.

    It has 40 characters at most: letters, blanks and `- . '`, and a number: alone, of 5 digits at most, as the beginning
    of a ZIP code, or of 2 digits at the end, as in `Ward 12`, where nothing in it is a word for a street.

    Raises:
        InvalidReferralError: it may be an address, or no place at all. The message does not repeat it.
    """
    if text and not _ZIP.fullmatch(text):
        words = {word.strip(".'").casefold() for word in re.split(r"[\s-]+", text)}
        numbered = any(letter.isdigit() for letter in text)
        if not _PLACE.fullmatch(text) or len(text) > _MOST_AREA or (numbered and words & _STREETS):
            message = (
                "an area is coarse, such as '286', 'Ashe County' or 'Ward 12': letters, and at the end a number of two "
                "digits at most, or up to 5 digits alone"
            )
            raise InvalidReferralError(message)
    return text


def codes_of(values: Iterable[str]) -> tuple[str, ...]:
    """Several codes or ids, such as those of needs, channels and languages.

    Raises:
        InvalidReferralError: one is none. The message does not repeat it.
    """
    found = texts(values)
    if not all(map(is_code, found)):
        message = "an id of a need, a language or a channel is a code: up to 64 letters, digits and . _ : - without blanks"
        raise InvalidReferralError(message)
    return found


def is_code(text: str) -> bool:
    """Whether a text is a code or an id, and cannot be a sentence."""
    return _CODE.fullmatch(text) is not None


_R = UnmetReason
UNMET_BY: Final[Mapping[Outcome, UnmetReason]] = MappingProxyType(
    {
        Outcome.NOT_ELIGIBLE: _R.NOT_ELIGIBLE_ANYWHERE,
        Outcome.NO_CAPACITY: _R.ALL_AT_CAPACITY,
        Outcome.NO_FUNDS: _R.NO_FUNDS,
        Outcome.WAITLIST_TOO_LONG: _R.WAITLIST_TOO_LONG,
        Outcome.OUT_OF_AREA: _R.NONE_IN_AREA,
        Outcome.WRONG_SERVICE: _R.NO_SUCH_SERVICE,
        Outcome.SERVICE_ENDED: _R.NO_SUCH_SERVICE,
        Outcome.DOCUMENTS_MISSING: _R.UNKNOWN,
        Outcome.AGENCY_UNREACHABLE: _R.UNKNOWN,
        Outcome.AGENCY_NO_RESPONSE: _R.UNKNOWN,
        Outcome.LANGUAGE_BARRIER: _R.NO_LANGUAGE_OR_ACCESS,
        Outcome.DISABILITY_ACCESS_BARRIER: _R.NO_LANGUAGE_OR_ACCESS,
        Outcome.TRANSPORT_BARRIER: _R.NO_TRANSPORT,
        Outcome.COST_BARRIER: _R.COST,
        Outcome.HOURS_BARRIER: _R.NONE_OPEN_WHEN_NEEDED,
        Outcome.SAFETY_CONCERN: _R.UNKNOWN,
    }
)
"""Outcomes of the agency and access classes that leave a need unmet, and the reason that is counted. One agency's no is
not everybody's: the record says what stood in the way this time. `referred_onward` leaves it to the next agency."""

UNMET_IF_RULED_OUT: Final[Mapping[str, UnmetReason]] = MappingProxyType(
    {
        "distance": _R.NONE_IN_AREA,
        "area": _R.NONE_IN_AREA,
        "open_at": _R.NONE_OPEN_WHEN_NEEDED,
        "language": _R.NO_LANGUAGE_OR_ACCESS,
        "accessibility": _R.NO_LANGUAGE_OR_ACCESS,
        "cost": _R.COST,
        "capacity": _R.ALL_AT_CAPACITY,
    }
)
"""Why a search found nothing, by the criterion that ruled out most. Any other one is about who may come."""


def reason_for(ruled_out: Mapping[str, int]) -> UnmetReason:
    """Why a search found nothing.

    Args:
        ruled_out: how many services for the need each criterion ruled out.
    """
    if not any(ruled_out.values()):
        return UnmetReason.NO_SUCH_SERVICE
    most = min(ruled_out, key=lambda name: (-ruled_out[name], name))
    return UNMET_IF_RULED_OUT.get(most, UnmetReason.NOT_ELIGIBLE_ANYWHERE)
