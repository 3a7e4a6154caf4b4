"""Older forms of HSDS, and the commonest slips, upgraded to HSDS 3.2: by field and by table, not by declared version.

Real files are hybrids: a table of 2017 beside one of 2023. So HSDS 3.2 is the base, and all that it lacks is
looked up here. Facts: HSDS 1.0 to 2.0.1 and Open Referral UK 1.0 (docs.openreferral.org, developers.openreferraluk.org),
the Ohana API's CSV (Code for America).
"""

from communityconnector.interchange.legacy.fields import FIELDS, describe, field_upgrade
from communityconnector.interchange.legacy.repairs import repair_parts
from communityconnector.interchange.legacy.schedules import repair_schedule
from communityconnector.interchange.legacy.tables import OLD_TABLES, RawRecord, TableUpgrade, table_upgrade
from communityconnector.interchange.legacy.text_records import records_in_text

__all__ = [
    "FIELDS",
    "OLD_TABLES",
    "RawRecord",
    "TableUpgrade",
    "describe",
    "field_upgrade",
    "records_in_text",
    "repair_parts",
    "repair_schedule",
    "table_upgrade",
]
