"""What reading does with what is wrong in a source."""

from __future__ import annotations

from communityconnector.choices import Choice


class Mode(Choice):
    """What reading does with what is wrong."""

    REPAIR = "repair"
    """Mend what is certain, drop what cannot be used, and report both. The default."""
    COLLECT = "collect"
    """Mend nothing: a wrong value is kept, as it was, in the record's `extra`."""
    STRICT = "strict"
    """As `collect`, and raise `InvalidDirectoryError` in the end if there was any error."""
