"""Cues: what a patron's words say about the person and the circumstances, each with its words.

The patterns and the table of wording load at the first use.
"""

from __future__ import annotations

from communityconnector.needs.cues.model import Cue, Cues

__all__ = ["Cue", "Cues", "read_cues"]


def read_cues(text: str) -> Cues:
    """Return what a patron's words say about the person and the circumstances, English or Spanish.

    Only the first 5,000 letters are read. A cue that is denied ("not a veteran") or is another person's ("my landlord is
    a veteran") does not count. A text without cues gives empty `Cues`, and no text raises.

    Args:
        text: a need as a patron or a member of staff puts it.
    """
    from communityconnector.needs.cues.reading import cues_of

    return cues_of(text)
