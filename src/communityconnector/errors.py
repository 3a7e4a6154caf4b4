"""Every error that the library raises on purpose.

One root, and each leaf is also the builtin that a caller would expect, so `except ValueError` keeps working.
Each carries a stable `code` for programs. Messages name files, positions, fields and rules; they never carry
a patron's words or a confidential place.
"""

from __future__ import annotations

from typing import ClassVar


class CommunityConnectorError(Exception):
    """Root of all errors raised by `communityconnector`."""

    code: ClassVar[str] = "error"


class InvalidPointError(CommunityConnectorError, ValueError):
    """Latitude or longitude is not a number, or is out of the range of WGS-84."""

    code = "invalid-point"


class InvalidNeedError(CommunityConnectorError, ValueError):
    """A `Need` contradicts itself, for example a negative age or a time without a zone."""

    code = "invalid-need"


class PlaceNotFoundError(CommunityConnectorError, LookupError):
    """A place given in words (a ZIP code, a town) could not be turned into a point."""

    code = "place-not-found"


class SourceNotFoundError(CommunityConnectorError, FileNotFoundError):
    """The file or folder to read is not there, or may not be read."""

    code = "source-not-found"


class InvalidDirectoryError(CommunityConnectorError, ValueError):
    """Raised by `mode="strict"` only: the directory that was read has errors.

    Attributes:
        findings: every finding of the reading, errors and others, as `communityconnector.Finding`.
    """

    code = "invalid-directory"

    def __init__(self, message: str, findings: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class ApiUnreachableError(CommunityConnectorError, ConnectionError):
    """A server cannot be reached, or does not answer as an HSDS API does."""

    code = "api-unreachable"


class InvalidMappingError(CommunityConnectorError, ValueError):
    """What the columns of a spreadsheet are said to mean names no field, or is no table of columns."""

    code = "invalid-mapping"


class UnknownFormError(CommunityConnectorError, ValueError):
    """A directory was to be written under a name that stands for no form."""

    code = "unknown-form"


class InvalidWeightsError(CommunityConnectorError, ValueError):
    """The weights of a score are none: a part is unknown, or a weight is no number or negative."""

    code = "invalid-weights"


class UnusableIndexError(CommunityConnectorError, ValueError):
    """A saved index is damaged, unfinished, of another version, or no index at all."""

    code = "unusable-index"


class ServiceNotFoundError(CommunityConnectorError, KeyError):
    """No service with this id is in the directory."""

    code = "service-not-found"

    def __str__(self) -> str:
        """Give the message itself: `KeyError` would show its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class UnknownNeedError(CommunityConnectorError, ValueError):
    """A need id is not in the needs vocabulary."""

    code = "unknown-need"


class MissingExtraError(CommunityConnectorError, ImportError):
    """A feature needs a package that is not installed, or another version of it; the message says which."""

    code = "missing-extra"
