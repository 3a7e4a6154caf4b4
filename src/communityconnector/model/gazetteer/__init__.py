"""Places of the United States by name, ZIP code and point, offline: states, counties, towns.

The tables are read when they are first used. What is estimated has a chance or a share, and where a name has several
places all are returned. `data/README.md` states the sources, their licenses, and what the tables cannot say.
"""

from communityconnector.model.gazetteer.counties import County, county, find_counties
from communityconnector.model.gazetteer.places import ApproximatePlace, place_named, place_of_address
from communityconnector.model.gazetteer.states import State, split_state, state
from communityconnector.model.gazetteer.towns import Town, find_towns
from communityconnector.model.gazetteer.zip_codes import (
    ZipArea,
    counties_at,
    counties_of_zip,
    towns_at,
    towns_of_zip,
    zip_area,
)

__all__ = [
    "ApproximatePlace",
    "County",
    "State",
    "Town",
    "ZipArea",
    "counties_at",
    "counties_of_zip",
    "county",
    "find_counties",
    "find_towns",
    "place_named",
    "place_of_address",
    "split_state",
    "state",
    "towns_at",
    "towns_of_zip",
    "zip_area",
]
