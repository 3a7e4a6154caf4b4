"""The words of other systems for the states of a referral, in both directions.

Sources, and how far they were read:

- FHIR: the SDOH Clinical Care guide 3.0.0 for Task, and FHIR R4's value set request-status for ServiceRequest, both
  read. Two choices are our reading: `revoked` for a rejected or failed request, because another try is another request,
  and `active` for a request that the agency has put on hold, because it has not been withdrawn.
- findhelp: its help article on referral statuses (360002082531), read.
- Primero: the source of its `referral.rb`, read. A closed referral is written here as `done/` and its success status.
- Unite Us: **not verified.** Its names are from general knowledge; check them against a live network before use.

Each direction loses detail, so store the other system's own word with the referral. A word that is not in the table, or
that may mean more than one of our states, is reported as unknown and never guessed. A library or a plugin may add rows
to the table of words and replace rows of it (`Words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import HoldReason, Outcome
from communityconnector.referrals.fields import Code, typed
from communityconnector.referrals.referral import Referral
from communityconnector.referrals.states import TERMINAL, ReferralStatus


class System(Code):
    """A system whose words are known. `Words` adds others."""

    FHIR_TASK = "fhir_task"
    FHIR_SERVICE_REQUEST = "fhir_service_request"
    FINDHELP = "findhelp"
    UNITE_US = "unite_us"
    PRIMERO = "primero"


@attrs.frozen(kw_only=True)
class Wording:
    """The words of other systems for one state. `None` if a system has no word for it.

    Attributes:
        status: our state.
        reason: the outcome or hold reason that the row is for; `None` for all others.
        fhir_task: code of Task.status.
        fhir_service_request: code of ServiceRequest.status.
        findhelp: status of a findhelp referral.
        unite_us: status of a Unite Us referral or case. Not verified.
        primero: status of a Primero referral.
    """

    status: ReferralStatus
    reason: Outcome | HoldReason | None = None
    fhir_task: str | None
    fhir_service_request: str | None
    findhelp: str | None = None
    unite_us: str | None = None
    primero: str | None = None


_NONE: Final = "-"


def _wordings() -> tuple[Wording, ...]:
    rows = """
        draft     |                          | draft       | draft     | -                   | draft              | -
        given     |                          | -           | -         | logged              | off-platform       | -
        requested |                          | requested   | active    | Not updated         | needs action       | in_progress
        accepted  |                          | accepted    | active    | Eligible            | accepted           | accepted
        in_progress |                        | in-progress | active    | Pending             | open               | accepted
        on_hold   | awaiting_patron          | on-hold     | active    | Needs client action | open               | accepted
        on_hold   |                          | on-hold     | active    | Pending             | open               | accepted
        completed |                          | completed   | completed | Got help            | closed, resolved   | done/successful
        failed    | unable_to_contact_patron | failed      | revoked   | Couldn't contact    | closed, unresolved | done/unable_to_contact_client
        failed    | agency_unreachable       | failed      | revoked   | Couldn't get help   | closed, unresolved | done/unable_to_contact_referred_to_organization
        failed    | not_eligible             | failed      | revoked   | Not eligible        | closed, unresolved | done/other
        failed    | no_capacity              | failed      | revoked   | No capacity         | closed, unresolved | done/lack_of_capacity
        failed    | no_funds                 | failed      | revoked   | No capacity         | closed, unresolved | done/lack_of_capacity
        failed    | referred_onward          | failed      | revoked   | Referred elsewhere  | forwarded          | done/other
        failed    |                          | failed      | revoked   | Couldn't get help   | closed, unresolved | done/other
        rejected  | not_eligible             | rejected    | revoked   | Not eligible        | rejected           | rejected
        rejected  | no_capacity              | rejected    | revoked   | No capacity         | rejected           | rejected
        rejected  | no_funds                 | rejected    | revoked   | No capacity         | rejected           | rejected
        rejected  | referred_onward          | rejected    | revoked   | Referred elsewhere  | forwarded          | rejected
        rejected  |                          | rejected    | revoked   | Couldn't get help   | rejected           | rejected
        cancelled | patron_declined          | cancelled   | revoked   | No longer interested | recalled          | done/client_refused_services
        cancelled | consent_revoked          | cancelled   | revoked   | -                   | recalled           | revoked
        cancelled |                          | cancelled   | revoked   | -                   | recalled           | revoked
        expired   |                          | cancelled   | revoked   | Not updated         | auto-recalled      | in_progress
        entered_in_error |                   | entered-in-error | entered-in-error | -       | -                  | -
    """
    return tuple(_wording(row) for row in rows.strip().splitlines())


def _wording(row: str) -> Wording:
    status, reason, *words = (cell.strip() for cell in row.split("|"))
    task, request, findhelp, unite_us, primero = (None if word == _NONE else word for word in words)
    return Wording(
        status=ReferralStatus(status),
        reason=_reason(ReferralStatus(status), reason),
        fhir_task=task,
        fhir_service_request=request,
        findhelp=findhelp,
        unite_us=unite_us,
        primero=primero,
    )


def _reason(status: ReferralStatus, reason: str) -> Outcome | HoldReason | None:
    if not reason:
        return None
    return HoldReason(reason) if status is ReferralStatus.ON_HOLD else Outcome(reason)


WORDINGS: Final = _wordings()
"""What other systems call each state. Of several rows that fit, the first one counts."""


def wording(referral: Referral) -> Wording:
    """Return what other systems call the state of a referral.

    Args:
        referral: the referral.
    """
    reasons = (None, referral.outcome, referral.hold_reason)
    return next(row for row in WORDINGS if row.status is referral.status and row.reason in reasons)


@attrs.frozen(kw_only=True)
class Reported:
    """The meaning of another system's word for one referral.

    Attributes:
        system: the system that uses the word.
        word: the word as it came.
        status: our state; `None` if the word is unknown or may mean several states.
        outcome: the outcome that the word implies; `None` if it implies none.
        hold_reason: the hold reason that the word implies.
    """

    system: str
    word: str
    status: ReferralStatus | None = None
    outcome: Outcome | None = None
    hold_reason: HoldReason | None = None

    @property
    def needs_review(self) -> bool:
        """Whether staff must look at it, because the word alone does not determine which event to record."""
        if self.status is ReferralStatus.ON_HOLD:
            return self.hold_reason is None
        is_explained = self.outcome is not None or self.status is ReferralStatus.ENTERED_IN_ERROR
        return self.status is None or (self.status in TERMINAL and not is_explained)


@attrs.frozen(field_transformer=typed)
class Meant:
    """The meaning of another system's word.

    Attributes:
        status: our state.
        outcome: the outcome that the word implies, for a terminal state only; `None` if it implies none.
        hold_reason: why a referral waits, for `on_hold` only.
        once_accepted: our state if the agency had already accepted the referral, where that makes a difference: what is
            `rejected` before acceptance is `failed` after it.

    Raises:
        InvalidReferralError: a code is unknown, or a state does not take the outcome or the hold reason.
    """

    status: ReferralStatus = attrs.field(converter=ReferralStatus)
    outcome: Outcome | None = attrs.field(default=None, converter=attrs.converters.optional(Outcome))
    hold_reason: HoldReason | None = attrs.field(
        default=None, converter=attrs.converters.optional(HoldReason), kw_only=True
    )
    once_accepted: ReferralStatus | None = attrs.field(
        default=None, converter=attrs.converters.optional(ReferralStatus), kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        states = {self.status, self.once_accepted} - {None}
        fits = self.outcome is None or states <= TERMINAL
        waits = self.hold_reason is None or states == {ReferralStatus.ON_HOLD}
        if not fits or not waits:
            message = (
                "a word may imply an outcome only with a terminal state, and a hold reason only with on_hold"
            )
            raise InvalidReferralError(message)


Words = Mapping[tuple[str, str], Meant]
"""What words of other systems mean, by system and word, both spelled as that system spells them."""


_INWARD: Final = """
    fhir_task | draft            | draft       |
    fhir_task | requested        | requested   |
    fhir_task | accepted         | accepted    |
    fhir_task | in-progress      | in_progress |
    fhir_task | on-hold          | on_hold     |
    fhir_task | completed        | completed   |
    fhir_task | failed           | failed      |
    fhir_task | rejected         | rejected    |
    fhir_task | cancelled        | cancelled   |
    fhir_task | entered-in-error | entered_in_error |
    findhelp  | Not updated      | requested   |
    findhelp  | Eligible         | accepted    |
    findhelp  | Pending          | in_progress |
    findhelp  | Needs client action  | on_hold   | awaiting_patron
    findhelp  | Got help         | completed   | service_received
    findhelp  | Couldn't contact | failed      | unable_to_contact_patron
    findhelp  | Not eligible     | refused     | not_eligible
    findhelp  | No capacity      | refused     | no_capacity
    findhelp  | Referred elsewhere   | refused   | referred_onward
    findhelp  | Couldn't get help    | failed    | other
    findhelp  | No longer interested | cancelled | patron_declined
    unite_us  | draft            | draft       |
    unite_us  | off-platform     | given       |
    unite_us  | sent             | requested   |
    unite_us  | needs action     | requested   |
    unite_us  | in review        | requested   |
    unite_us  | accepted         | accepted    |
    unite_us  | open             | in_progress |
    unite_us  | rejected         | rejected    |
    unite_us  | closed, resolved | completed   |
    unite_us  | closed, unresolved   | failed    |
    unite_us  | forwarded        | refused     | referred_onward
    unite_us  | recalled         | cancelled   |
    unite_us  | auto-recalled    | expired     | agency_no_response
    primero   | in_progress      | requested   |
    primero   | accepted         | accepted    |
    primero   | rejected         | rejected    |
    primero   | revoked          | cancelled   |
    primero   | done/successful  | completed   | service_received
    primero   | done/client_refused_services  | cancelled | patron_declined
    primero   | done/lack_of_capacity         | failed    | no_capacity
    primero   | done/unable_to_contact_client | failed    | unable_to_contact_patron
    primero   | done/unable_to_contact_referred_to_organization | failed | agency_unreachable
    primero   | done/other       | failed      | other
"""
"""Rows of system, word, our state and the reason. `refused` means rejected, or failed after acceptance."""

_REFUSED: Final = "refused"


def _inward() -> Words:
    rows = ([cell.strip() for cell in row.split("|")] for row in _INWARD.strip().splitlines())
    return MappingProxyType({(system, word): _meant(status, reason) for system, word, status, reason in rows})


def _meant(status: str, reason_code: str) -> Meant:
    if status == _REFUSED:
        return Meant(ReferralStatus.REJECTED, reason_code, once_accepted=ReferralStatus.FAILED)
    reason = _reason(ReferralStatus(status), reason_code)
    if isinstance(reason, HoldReason):
        return Meant(status, hold_reason=reason)
    return Meant(status, reason)


WORDS: Final = _inward()
"""The words that the library knows by itself."""


def with_words(*tables: Words) -> Words:
    """Return the words that the library knows, with rows added or replaced by tables. The last table takes precedence.

    Args:
        tables: the tables, such as `{("icarol", "Help Received"): Meant("completed", "service_received")}`.

    Raises:
        InvalidReferralError: a table is invalid. The message repeats nothing of it.
    """
    words = dict(WORDS)
    for table in tables:
        for key, meant in table.items():
            if not _is_word(key) or not isinstance(meant, Meant):
                message = "a table of words must map (system, word), two non-empty strings, to a `Meant`"
                raise InvalidReferralError(message)
            words[key] = meant
    return MappingProxyType(words)


def _is_word(key: object) -> bool:
    return isinstance(key, tuple) and len(key) == 2 and all(isinstance(part, str) and part for part in key)


def known_words(system: str, words: Words = WORDS) -> tuple[str, ...]:
    """Return the words of a system that have a meaning here, in the table's order.

    Args:
        system: the system. ServiceRequest has no words: it states what was asked for, not what came of it.
        words: what words mean.
    """
    return tuple(word for known, word in words if known == system)


def reported(system: str, word: str, current: ReferralStatus, words: Words = WORDS) -> Reported:
    """Return what another system's word means for a referral. Letter case counts, as in most of these systems.

    Args:
        system: the system that uses the word: a `System`, or one that the table adds.
        word: the word as it came.
        current: the state of our referral, which decides what some words mean.
        words: what words mean.

    Returns:
        Our state for it. An unknown word has no state, so `needs_review` is true.

    Raises:
        InvalidReferralError: there is no such system.
    """
    if not known_words(system, words):
        system = System(system)
    if not isinstance(word, str):
        message = "the word of another system must be a string"
        raise InvalidReferralError(message)
    meant = words.get((system, word))
    if meant is None:
        return Reported(system=system, word=word)
    was_accepted = meant.once_accepted is not None and current is not ReferralStatus.REQUESTED
    return Reported(
        system=system,
        word=word,
        status=meant.once_accepted if was_accepted else meant.status,
        outcome=meant.outcome,
        hold_reason=meant.hold_reason,
    )
