"""US ZIP codes as places, offline (see `model.zips`)."""

from __future__ import annotations

from communityconnector.model import Point
from communityconnector.model.zips import zip_point


class UsZipGeocoder:
    """Knows US ZIP codes ("28640", "28640-1234") and nothing else."""

    def locate(self, place: str) -> Point | None:
        """Return the internal point of a ZIP code's tabulation area, or `None` for any other text."""
        return zip_point(place)
