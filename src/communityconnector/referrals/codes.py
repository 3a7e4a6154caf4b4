"""Stable codes with their meanings: outcomes of referrals, reasons for waiting, and reasons for unmet needs.

The list joins what field systems distinguish: findhelp's "needs further action" statuses, Primero's reasons for
`not_successful`, Clarity's "denied by", the data element of New South Wales for declined referrals, and 211 Missouri's
follow-up, in which "no funds" was the commonest reason of all (34 % of those not helped) and so has its own code.
Codes are stored and counted. Free text is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from communityconnector.referrals.fields import Code


class CodeClass(Code):
    """Whose side the reason lies on."""

    SUCCESS = "success"
    AGENCY = "agency"
    PATRON = "patron"
    ACCESS = "access"
    """Something stood between the two, such as a language or a missing bus."""
    ADMIN = "admin"


FAILURE: Final = (CodeClass.AGENCY, CodeClass.PATRON, CodeClass.ACCESS, CodeClass.ADMIN)
"""Every class but success."""


class Outcome(Code):
    """The outcome of a referral, or why it was turned down or withdrawn."""

    SERVICE_RECEIVED = "service_received"
    SERVICE_RECEIVED_PARTLY = "service_received_partly"
    ENROLLED = "enrolled"
    INFORMATION_SUFFICIENT = "information_sufficient"
    NOT_ELIGIBLE = "not_eligible"
    NO_CAPACITY = "no_capacity"
    NO_FUNDS = "no_funds"
    WAITLIST_TOO_LONG = "waitlist_too_long"
    OUT_OF_AREA = "out_of_area"
    WRONG_SERVICE = "wrong_service"
    SERVICE_ENDED = "service_ended"
    DOCUMENTS_MISSING = "documents_missing"
    AGENCY_UNREACHABLE = "agency_unreachable"
    AGENCY_NO_RESPONSE = "agency_no_response"
    REFERRED_ONWARD = "referred_onward"
    PATRON_DECLINED = "patron_declined"
    NEED_MET_ELSEWHERE = "need_met_elsewhere"
    NO_SHOW = "no_show"
    UNABLE_TO_CONTACT_PATRON = "unable_to_contact_patron"
    CONSENT_REVOKED = "consent_revoked"
    LANGUAGE_BARRIER = "language_barrier"
    DISABILITY_ACCESS_BARRIER = "disability_access_barrier"
    TRANSPORT_BARRIER = "transport_barrier"
    COST_BARRIER = "cost_barrier"
    HOURS_BARRIER = "hours_barrier"
    SAFETY_CONCERN = "safety_concern"
    DUPLICATE = "duplicate"
    SENT_IN_ERROR = "sent_in_error"
    UNKNOWN = "unknown"
    OTHER = "other"


class DeclinedBy(Code):
    """The party that turned a referral down."""

    AGENCY = "agency"
    PATRON = "patron"
    SYSTEM = "system"
    NONE = "none"


class Next(Code):
    """A suggestion for the desk's next step."""

    RE_REFER = "re_refer"
    CONTACT_PATRON = "contact_patron"
    FIX_DIRECTORY = "fix_directory"
    """The directory sent the patron to the wrong door: correct its record."""
    NONE = "none"


class Meaning(NamedTuple):
    """The meaning of an outcome.

    Attributes:
        side: its class.
        declined_by: who turned the referral down; `none` if it was not turned down.
        suggest_next: what the desk may do next. It is a suggestion and never happens by itself.
    """

    side: CodeClass
    declined_by: DeclinedBy
    suggest_next: Next


def _meanings() -> Mapping[Outcome, Meaning]:
    rows = """
        service_received           success  none    none
        service_received_partly    success  none    contact_patron
        enrolled                   success  none    none
        information_sufficient     success  none    none
        not_eligible               agency   agency  re_refer
        no_capacity                agency   agency  re_refer
        no_funds                   agency   agency  re_refer
        waitlist_too_long          agency   agency  re_refer
        out_of_area                agency   agency  re_refer
        wrong_service              agency   agency  fix_directory
        service_ended              agency   agency  fix_directory
        documents_missing          agency   agency  contact_patron
        agency_unreachable         agency   none    fix_directory
        agency_no_response         agency   system  re_refer
        referred_onward            agency   agency  none
        patron_declined            patron   patron  none
        need_met_elsewhere         patron   patron  none
        no_show                    patron   patron  contact_patron
        unable_to_contact_patron   patron   none    contact_patron
        consent_revoked            patron   patron  none
        language_barrier           access   none    re_refer
        disability_access_barrier  access   none    re_refer
        transport_barrier          access   none    re_refer
        cost_barrier               access   none    re_refer
        hours_barrier              access   none    re_refer
        safety_concern             access   none    re_refer
        duplicate                  admin    none    none
        sent_in_error              admin    none    none
        unknown                    admin    none    contact_patron
        other                      admin    none    none
    """
    meanings = {}
    for row in rows.strip().splitlines():
        code, side, declined_by, suggest_next = row.split()
        meanings[Outcome(code)] = Meaning(CodeClass(side), DeclinedBy(declined_by), Next(suggest_next))
    return MappingProxyType(meanings)


MEANINGS: Final = _meanings()
"""The meaning of every outcome. `consent_revoked` suggests nothing, because no one is contacted after it."""


class HoldReason(Code):
    """The reason for which an agency has put a referral on hold."""

    WAITLISTED = "waitlisted"
    AWAITING_PATRON = "awaiting_patron"
    AWAITING_DOCUMENTS = "awaiting_documents"
    AGENCY_PAUSED = "agency_paused"


class UnmetReason(Code):
    """The reason for which a need could not be met, for a record without a patron."""

    NO_SUCH_SERVICE = "no_such_service"
    NONE_IN_AREA = "none_in_area"
    ALL_AT_CAPACITY = "all_at_capacity"
    NO_FUNDS = "no_funds"
    NOT_ELIGIBLE_ANYWHERE = "not_eligible_anywhere"
    NONE_OPEN_WHEN_NEEDED = "none_open_when_needed"
    NO_LANGUAGE_OR_ACCESS = "no_language_or_access"
    NO_TRANSPORT = "no_transport"
    COST = "cost"
    WAITLIST_TOO_LONG = "waitlist_too_long"
    PATRON_DECLINED_OPTIONS = "patron_declined_options"
    UNKNOWN = "unknown"
