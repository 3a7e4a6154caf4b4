"""Codes in lists of the Department of Housing and Urban Development, in words."""

from __future__ import annotations

from typing import Final

COUNSELING: Final = {
    "DFC": "Mortgage Delinquency and Default Resolution Counseling",
    "DFW": "Resolving/Preventing Mortgage Delinquency Workshop",
    "DRC": "Mobility and Relocation Counseling",
    "FBC": "Financial Management/Budget Counseling",
    "FBW": "Financial, Budgeting and Credit Repair Workshops",
    "FHW": "Fair Housing Pre-Purchase Education Workshops",
    "HIC": "Home Improvement and Rehabilitation Counseling",
    "HMC": "Services for Homeless Counseling",
    "LM": "Loss Mitigation",
    "MOI": "Marketing and Outreach Initiatives",
    "NDW": "Non-Delinquency Post Purchase Workshops",
    "PLW": "Predatory Lending Education Workshops",
    "PPC": "Pre-purchase Counseling",
    "PPW": "Pre-purchase Homebuyer Education Workshops",
    "RHC": "Rental Housing Counseling",
    "RHW": "Rental Housing Workshops",
    "RMC": "Reverse Mortgage Counseling",
}
"""What an agency of housing counselors offers, as HUD's API names it."""

LANGUAGES: Final = {
    "ARA": "Arabic", "ASL": "American Sign Language", "CAM": "Cambodian", "CAN": "Cantonese", "CHI": "Mandarin", "CRE": "Creole",
    "CZE": "Czech", "ENG": "English", "FAR": "Farsi", "FRE": "French", "GER": "German", "HIN": "Hindi", "HMO": "Hmong",
    "IND": "Indonesian", "ITA": "Italian", "KOR": "Korean", "OTH": "", "POL": "Polish", "POR": "Portuguese", "RUS": "Russian",
    "SPA": "Spanish", "SWA": "Swahili", "TUR": "Turkish", "UKR": "Ukrainian", "VIE": "Vietnamese",
}  # fmt: skip
"""Its languages, which are not quite those of ISO 639; "other" names none."""

PROJECT_KINDS: Final = {
    "ES": "Emergency shelter", "0": "Emergency shelter", "1": "Emergency shelter",
    "TH": "Transitional housing", "2": "Transitional housing",
    "PSH": "Permanent supportive housing", "3": "Permanent supportive housing",
    "4": "Street outreach", "6": "Services only", "7": "",
    "SH": "Safe haven", "8": "Safe haven",
    "OPH": "Permanent housing", "PH": "Permanent housing", "9": "Permanent housing", "10": "Permanent housing with services",
    "11": "Day shelter", "12": "Homelessness prevention",
    "RRH": "Rapid re-housing", "13": "Rapid re-housing", "14": "Coordinated entry",
}  # fmt: skip
"""Kinds of projects for the homeless: the letters of the inventory, the numbers of the HMIS data standards."""

_VOUCHERS: Final = "Housing vouchers (Section 8)"
AUTHORITY_PROGRAMS: Final = {
    "low-rent": ("Public housing",),
    "section 8": (_VOUCHERS,),
    "combined": ("Public housing", _VOUCHERS),
}
"""What a housing authority runs."""
