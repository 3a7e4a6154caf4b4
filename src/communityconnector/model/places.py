"""Facts about the world against which a directory is checked: countries as rough boxes, codes of languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Box = tuple[float, float, float, float]
"""South, west, north, east, in degrees."""

COUNTRIES: Final[Mapping[str, tuple[Box, ...]]] = {
    "AU": ((-44.0, 112.0, -9.0, 154.5),),
    "CA": ((41.6, -141.1, 83.2, -52.5),),
    "DE": ((47.2, 5.8, 55.1, 15.1),),
    "ES": ((35.1, -9.4, 43.9, 4.4), (27.5, -18.3, 29.5, -13.3)),
    "FR": ((41.2, -5.3, 51.2, 9.7),),
    "GB": ((49.8, -8.7, 60.9, 1.9),),
    "IE": ((51.3, -10.7, 55.5, -5.9),),
    "MX": ((14.5, -118.5, 32.8, -86.6),),
    "NZ": ((-47.4, 166.3, -34.3, 178.7), (-44.5, -177.0, -43.5, -175.5)),
    # The 48 states; Alaska on both sides of the antimeridian; Hawaii; Puerto Rico and the Virgin Islands; Guam and
    # the Northern Marianas; American Samoa.
    "US": (
        (24.3, -125.0, 49.5, -66.8),
        (51.1, -180.0, 71.5, -129.9),
        (51.1, 172.3, 53.1, 180.0),
        (18.8, -178.5, 28.6, -154.7),
        (17.6, -67.4, 18.6, -64.5),
        (13.1, 144.5, 20.7, 146.2),
        (-14.7, -171.2, -11.0, -168.0),
    ),
}
"""Boxes around countries, by ISO 3166-1 code, a little generous. Read off a map; coasts and borders do not matter here."""

_NAMES: Final = {"USA": "US", "UNITED STATES": "US", "UK": "GB"}


def plausible_in(country: str, latitude: float, longitude: float) -> bool | None:
    """Whether a point may lie in a country; `None` where the country is not known here."""
    code = country.strip().upper()
    boxes = COUNTRIES.get(_NAMES.get(code, code))
    if boxes is None:
        return None
    return any(south <= latitude <= north and west <= longitude <= east for south, west, north, east in boxes)


LANGUAGES: Final = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
"""The codes of ISO 639-1 (Library of Congress, registration authority of ISO 639-2)."""
