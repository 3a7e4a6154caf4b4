"""Read the host's settings for a part. All faults are reported at once, and no value is ever repeated.

`make` of a `NotifierFactory`, and of every other factory, takes settings as strings by name. A value may be a password,
or a password may have been pasted into the wrong place. So errors name settings and state what they should be.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from typing import Final

from communityconnector.errors import InvalidSettingsError
from communityconnector.notification import Secret

_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class SettingsReader:
    """The settings of one part.

    Read each setting by name, then call `done`, which raises if anything was wrong. Until then, a missing or invalid
    setting reads as empty or as its default.

    Args:
        part: the host's name for the part, such as `smtp`.
        settings: the host's settings.
    """

    def __init__(self, part: str, settings: Mapping[str, str]) -> None:
        self._part = part
        self._settings = settings
        self._known: list[str] = []
        self._problems: list[str] = []

    def text(self, name: str, meaning: str, default: str | None = None) -> str:
        """Return a setting, without white space around it.

        Args:
            name: the name of the setting.
            meaning: what it should be, for the error message: "the name of the mail server, such as smtp.example.org".
            default: its value if the host has not set it. Without a default, the host must set it.
        """
        value = self._value(name).strip()
        if not value and default is None:
            self.wrong(name, f"is missing: {meaning}")
        return value or default or ""

    def secret(self, name: str) -> Secret | None:
        """Return a secret setting unchanged, or `None` if the host has not set it."""
        value = self._value(name)
        return Secret(value) if value else None

    def words(self, name: str) -> tuple[str, ...]:
        """Return a setting of several words separated by white space, or an empty tuple if the host has not set it."""
        return tuple(self._value(name).split())

    def choice(self, name: str, options: Sequence[str], default: str) -> str:
        """Return a setting that is one of a few words."""
        value = self._value(name).strip() or default
        if value not in options:
            self.wrong(name, f"must be one of {', '.join(options)}")
            return default
        return value

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a setting that is a whole number."""
        value = self._value(name).strip() or str(default)
        if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
            self.wrong(name, f"must be a whole number from {least} to {most}")
            return default
        return int(value)

    def authorities(self, name: str) -> str | None:
        """Return a setting that names a file of trusted certificates (PEM), or `None` if the host has not set it."""
        path = self._value(name).strip()
        if not path:
            return None
        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ValueError):
            self.wrong(name, "must be a file of certificates (PEM)")
        return path

    def wrong(self, name: str, why: str) -> None:
        """Report a fault of a setting, without its value.

        Args:
            name: the name of the setting.
            why: the fault, as a sentence that begins with the name: "must be an address".
        """
        self._problems.append(f"`{name}` {why}")

    def done(self) -> None:
        """Raise if any setting was missing or invalid.

        Raises:
            InvalidSettingsError: a setting was missing or invalid, or was never read. The message lists all faults.
        """
        known = ", ".join(self._known)
        # Only the number of unknown settings, because a value may have been entered in the place of a name.
        if unknown := len(self._settings.keys() - set(self._known)):
            self._problems.append(
                f"{unknown} unknown {'setting' if unknown == 1 else 'settings'} (expected: {known})"
            )
        if self._problems:
            message = f"settings of {self._part}: {'; '.join(self._problems)}"
            raise InvalidSettingsError(message)

    def _value(self, name: str) -> str:
        self._known.append(name)
        value: object = self._settings.get(name, "")
        if not isinstance(value, str):
            # For example a number without quotes in a settings file.
            self.wrong(name, f"must be a string, not {type(value).__name__}")
            return ""
        return value
