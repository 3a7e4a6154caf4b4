"""What a patron says anew: ways to be reached, what an agency is to be told, and whether to be asked how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret
from communityconnector.referrals import ContactPreference


def as_told(values: Any) -> Any:
    """Texts by name of the field, as secrets. What is no text is left as it is: the type of the field refuses it."""
    if not isinstance(values, Mapping):
        return values
    return {name: Secret(text) if isinstance(text, str) else text for name, text in values.items()}


def check_contacts(contacts: Iterable[ContactPreference], now: datetime) -> None:
    """Make sure that no patron's word on a contact is from the future.

    Raises:
        InvalidReferralError: one is.
    """
    if any(contact.is_ahead(now) for contact in contacts):
        message = "a contact is verified when the patron says so: `verified_at` lies in the future"
        raise InvalidReferralError(message)
