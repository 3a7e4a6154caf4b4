"""Records of needs that could not be met, for planning: without a patron, and without a way to identify one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import Outcome, UnmetReason
from communityconnector.referrals.fields import STORED, Code, texts, typed
from communityconnector.serialization import Document

_MOST_AREA: Final = 40
_ZIP: Final = re.compile(r"[0-9]{1,5}")
_PLACE: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'-])*(?:[ -]?[0-9]{1,2})?")
_STREETS: Final = frozenset(
    "street st avenue ave road rd lane ln drive dr way court ct place pl boulevard blvd highway hwy apartment apt unit "
    "suite box calle avenida".split()
)
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class Basis(Code):
    """The way in which a need became known. The two are never added up: staff also see needs that no patron mentioned."""

    PRESENTED = "presented"
    """The patron mentioned it."""
    PERCEIVED = "perceived"
    """Staff noticed it."""


@attrs.frozen(kw_only=True, field_transformer=typed)
class UnmetRecord(Document):
    """One need that could not be met. It names no person, no exact day and no street.

    Attributes:
        concepts: ids of the needs.
        terms: ids of taxonomy terms.
        reason: why it could not be met.
        basis: how it became known.
        month: the month, as `2026-03`.
        area: a coarse area: the beginning of a ZIP code, a county, a branch.
        language: the language in which the patron asked.
        channel: how the patron came, such as `desk`, `phone` or `outreach`.
    """

    FORM = STORED

    concepts: tuple[str, ...] = attrs.field(default=(), converter=texts)
    terms: tuple[str, ...] = attrs.field(default=(), converter=texts)
    reason: UnmetReason = attrs.field(converter=UnmetReason)
    basis: Basis = attrs.field(default=Basis.PRESENTED, converter=Basis)
    month: str
    area: str = ""
    language: str = ""
    channel: str = ""


def coarse(record: UnmetRecord) -> UnmetRecord:
    """Return the same record, if it is coarse enough to be stored without a time limit.

    Raises:
        InvalidReferralError: it is too precise. The message repeats nothing of it.
    """
    area_of(record.area)
    codes_of((*record.concepts, *record.terms, *filter(None, (record.language, record.channel))))
    return record


def area_of(text: str) -> str:
    """Return the same text, if it is a coarse area.

    A coarse area is either a number of at most 5 digits, as the beginning of a ZIP code, or a name of at most 40
    characters: letters, blanks and `- . '`, with at most 2 digits at its end, as in `Ward 12`. A name with a number may
    not contain a word for a street.

    Raises:
        InvalidReferralError: the text may be an address, or is not a place. The message does not repeat it.
    """
    if text and not _ZIP.fullmatch(text):
        words = {word.strip(".'").casefold() for word in re.split(r"[\s-]+", text)}
        has_number = any(letter.isdigit() for letter in text)
        if not _PLACE.fullmatch(text) or len(text) > _MOST_AREA or (has_number and words & _STREETS):
            message = (
                "an area must be coarse, such as '286', 'Ashe County' or 'Ward 12': up to 5 digits alone, or letters with "
                "at most two digits at the end"
            )
            raise InvalidReferralError(message)
    return text


def codes_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return codes or ids, such as those of needs, channels and languages, as a tuple.

    Raises:
        InvalidReferralError: one of them is not a code. The message does not repeat it.
    """
    codes = texts(values)
    if not all(map(is_code, codes)):
        message = "a need, a language or a channel must be a code: up to 64 letters, digits and . _ : - without blanks"
        raise InvalidReferralError(message)
    return codes


def is_code(text: str) -> bool:
    """Return whether a text is a code or an id, and cannot be a sentence."""
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
"""Outcomes of the agency and access classes that leave a need unmet, and the reason to count. A refusal by one agency
does not mean that all refuse: the record states the obstacle this time. `referred_onward` leaves it to the next agency."""

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
"""Why a search had no match, by the criterion that ruled out most services. All other criteria are about eligibility."""


def reason_for(ruled_out: Mapping[str, int]) -> UnmetReason:
    """Return why a search had no match.

    Args:
        ruled_out: how many services for the need each criterion ruled out.
    """
    if not any(ruled_out.values()):
        return UnmetReason.NO_SUCH_SERVICE
    most = min(ruled_out, key=lambda name: (-ruled_out[name], name))
    return UNMET_IF_RULED_OUT.get(most, UnmetReason.NOT_ELIGIBLE_ANYWHERE)
