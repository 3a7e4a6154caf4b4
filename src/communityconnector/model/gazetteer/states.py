"""States and territories of the United States."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from communityconnector.model.gazetteer.names import key_of


class State(NamedTuple):
    """A state, the District of Columbia, or a territory.

    Attributes:
        fips: its two digits in federal tables.
        code: its two letters in addresses.
        name: its name.
    """

    fips: str
    code: str
    name: str


def state(name_or_code: str) -> State | None:
    """Return the state of a name, two letters or a FIPS number: "North Carolina", "NC", "N.C.", "37"."""
    key = key_of(name_or_code)
    return _states().get(key.removeprefix("stateof"))


def split_state(text: str) -> tuple[str, State | None]:
    """Return a place without the state after its name, and the state: "Boone, NC", "Boone NC", "Boone, N. Carolina".

    Two letters without a comma before them are a state only in capitals, since "in", "or" and "me" are words.
    """
    before, comma, after = text.rpartition(",")
    if comma and before.strip():
        found = state(after)
        return (before.strip(), found) if found else (text.strip(), None)
    match = _LETTERS.fullmatch(text)
    found = state(match[2]) if match else None
    return (match[1].strip(), found) if match and found else (text.strip(), None)


_LETTERS: Final = re.compile(r"\s*(\S.*?)\s+([A-Z]\.?\s?[A-Z]\.?)\s*")


@cache
def _states() -> Mapping[str, State]:
    text = (files(__package__) / "data" / "states.csv").read_text(encoding="utf-8")
    rows = [State(row["fips"], row["code"], row["name"]) for row in csv.DictReader(text.splitlines())]
    keys = {key: row for row in rows for key in (row.fips, key_of(row.code), key_of(row.name))}
    by_code = {row.code: row for row in rows}
    return keys | {key: by_code[code] for key, code in _ALSO.items()}


_ALSO: Final = {
    "washingtondc": "DC", "virginislands": "VI", "usvi": "VI", "ncarolina": "NC", "scarolina": "SC",
    "ndakota": "ND", "sdakota": "SD", "calif": "CA", "penn": "PA", "penna": "PA", "mass": "MA", "wash": "WA",
}  # fmt: skip
