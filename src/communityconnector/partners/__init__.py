"""Partners of the library: agencies that it is connected with, or could be, and those who come to it.

A `Partnership` is the library's own note about an agency: how they stand, whom to ask there, what comes next. A `Visit`
is an arrangement: the nurse who is at a branch every second Tuesday. Both are kept in the desk's storage, beside the
directory and never in it, so no export of the directory has them.
"""

from communityconnector.partners.partnership import KeyContact, Partnership, PartnershipStatus
from communityconnector.partners.partnerships import CONTACT_EVERY, Partnerships
from communityconnector.partners.visit import Occurrence, Visit, monthly, quarterly, weekly
from communityconnector.partners.visitors import Visitors

__all__ = [
    "CONTACT_EVERY",
    "KeyContact",
    "Occurrence",
    "Partnership",
    "PartnershipStatus",
    "Partnerships",
    "Visit",
    "Visitors",
    "monthly",
    "quarterly",
    "weekly",
]
