"""What a patron says anew: ways to be reached, what an agency is to be told, and whether to be asked how it went."""

from __future__ import annotations

from collections.abc import Mapping

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret


def as_told(values: Mapping[str, str | Secret]) -> dict[str, Secret]:
    """What an agency is to be told, by name of the field.

    Raises:
        InvalidReferralError: a name or a value is no text. The message repeats neither.
    """
    if not isinstance(values, Mapping) or not all(
        isinstance(name, str) and name and isinstance(text, str | Secret) for name, text in values.items()
    ):
        message = "what an agency is told is given as texts by the names of fields: {'first_name': ...}"
        raise InvalidReferralError(message)
    return {name: text if isinstance(text, Secret) else Secret(text) for name, text in values.items()}
