"""The states of the United States and the provinces of Canada, as addresses name them."""

from __future__ import annotations

from typing import Final

_NAMES: Final = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|"
    "FL Florida|GA Georgia|GU Guam|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|"
    "MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|"
    "NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|"
    "PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|"
    "VA Virginia|VI Virgin Islands|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|AB Alberta|BC British Columbia|"
    "MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|ON Ontario|PE Prince Edward Island|QC Quebec|"
    "SK Saskatchewan"
)
_BY_NAME: Final = {
    name.casefold(): code for code, _, name in (entry.partition(" ") for entry in _NAMES.split("|"))
}

REGIONS: Final = frozenset(_BY_NAME.values())
"""Their codes of two letters."""

LONGEST_NAME: Final = 3
"""Most words in a name."""

_LEADING_ZERO: Final = frozenset({"CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VI", "VT"})


def region_code(text: str) -> str:
    """Return the code of a state or province by its code or name; "" where a text is neither."""
    bare = text.strip(" .,").replace(".", "")
    return bare.upper() if bare.upper() in REGIONS else _BY_NAME.get(" ".join(bare.casefold().split()), "")


def loses_zero(state: str) -> bool:
    """Return whether ZIP codes of a state begin with 0, which spreadsheet programs take for a number's."""
    return region_code(state) in _LEADING_ZERO
