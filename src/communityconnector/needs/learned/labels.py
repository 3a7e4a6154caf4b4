"""The labels of the learned model beside the ids of concepts."""

from __future__ import annotations

from typing import Final

NOT_A_NEED: Final = "not-a-need"
"""The label of library business, titles, homework and chat."""
DANGER: Final = "danger:"
"""Before the name of a kind of danger, its label."""
