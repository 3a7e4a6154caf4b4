"""The table of faulty storages, filled by those who make them."""

from __future__ import annotations

import re

FAULTS = {}
"""Every faulty storage by the name of its fault."""


def fault(cls):
    """Enter a storage under its name, in words."""
    FAULTS[re.sub(r"(?<!^)(?=[A-Z])", " ", cls.__name__).lower()] = cls
    return cls
