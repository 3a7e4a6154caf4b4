"""Partners of the library: agencies that it works with or could work with, and their visits to branches.

A `Partnership` is the library's own note about an agency: its status, whom to ask there, what comes next. A `Visit` is
an arrangement, such as a nurse who is at a branch every second Tuesday. Both are stored by the desk, separately from the
directory, so no export of the directory contains them.
"""

from communityconnector.partners.partnership import KeyContact, Partnership, PartnershipStatus
from communityconnector.partners.partnerships import CONTACT_EVERY, Partnerships
from communityconnector.partners.visit import Occurrence, Visit, monthly, quarterly, weekly
from communityconnector.partners.visits import Visits

__all__ = [
    "CONTACT_EVERY",
    "KeyContact",
    "Occurrence",
    "Partnership",
    "PartnershipStatus",
    "Partnerships",
    "Visit",
    "Visits",
    "monthly",
    "quarterly",
    "weekly",
]
