"""Older forms of HSDS, and the commonest slips, lifted to HSDS 3.2: by field and by table, not by declared version.

Real files are hybrids: a table of 2017 beside one of 2023. So HSDS 3.2 is the base, and whatever it does not know is
looked up here. Facts: HSDS 1.0 to 2.0.1 and Open Referral UK 1.0 (docs.openreferral.org, developers.openreferraluk.org),
the Ohana API's CSV (Code for America).
"""

from communityconnector.interchange.legacy.fields import FIELDS, FieldLift, describe, field_lift, value_lift
from communityconnector.interchange.legacy.repairs import mend
from communityconnector.interchange.legacy.schedules import mend_schedule
from communityconnector.interchange.legacy.tables import OLD_TABLES, Lifted, TableLift, table_lift

__all__ = [
    "FIELDS",
    "OLD_TABLES",
    "FieldLift",
    "Lifted",
    "TableLift",
    "describe",
    "field_lift",
    "mend",
    "mend_schedule",
    "table_lift",
    "value_lift",
]
