"""Every error that the library raises on purpose.

There is one root. Each subclass also derives from the builtin exception that a caller would expect, so
`except ValueError` keeps working. Each has a stable `code` for programs. Messages name files, positions, fields and
rules. They never contain a patron's words or a confidential place.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar


class CommunityConnectorError(Exception):
    """Root of all errors raised by `communityconnector`."""

    code: ClassVar[str] = "error"


class InvalidPointError(CommunityConnectorError, ValueError):
    """Latitude or longitude is not a number, or is outside the range of WGS-84."""

    code = "invalid-point"


class InvalidNeedError(CommunityConnectorError, ValueError):
    """A `Need` is contradictory or invalid, for example a negative age or a time without a time zone."""

    code = "invalid-need"


class PlaceNotFoundError(CommunityConnectorError, LookupError):
    """A place given in words (a ZIP code, a town) could not be turned into a point."""

    code = "place-not-found"


class InvalidPlacesError(CommunityConnectorError, ValueError):
    """A table of where people live lacks a column, or a row of it lacks a number."""

    code = "invalid-places"


class SourceNotFoundError(CommunityConnectorError, FileNotFoundError):
    """The file or folder does not exist, or may not be read."""

    code = "source-not-found"


class InvalidDirectoryError(CommunityConnectorError, ValueError):
    """The directory that was read has errors. Raised only with `mode="strict"`.

    Attributes:
        findings: every finding of the reading, errors and others, as `communityconnector.Finding`.
    """

    code = "invalid-directory"

    def __init__(self, message: str, findings: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class ApiUnreachableError(CommunityConnectorError, ConnectionError):
    """A server cannot be reached, or does not answer like an HSDS API."""

    code = "api-unreachable"


class InvalidMappingError(CommunityConnectorError, ValueError):
    """A mapping of spreadsheet columns names an unknown field, or is not a table of columns."""

    code = "invalid-mapping"


class InvalidWordsError(CommunityConnectorError, ValueError):
    """A file of local words lacks a column, or has a row that cannot be used."""

    code = "invalid-words"


class UnknownFormError(CommunityConnectorError, ValueError):
    """The name of a file to write does not stand for a known form of directory."""

    code = "unknown-form"


class InvalidWeightsError(CommunityConnectorError, ValueError):
    """A weight of the score is negative, not a number, or for an unknown part."""

    code = "invalid-weights"


class UnusableIndexError(CommunityConnectorError, ValueError):
    """A saved index is damaged, unfinished, of another version, or not an index."""

    code = "unusable-index"


class ServiceNotFoundError(CommunityConnectorError, KeyError):
    """No service with this id is in the directory."""

    code = "service-not-found"

    def __str__(self) -> str:
        """Return the message itself: `KeyError` would return its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class AgencyNotFoundError(CommunityConnectorError, KeyError):
    """No agency with this id is in the directory."""

    code = "agency-not-found"

    def __str__(self) -> str:
        """Return the message itself: `KeyError` would return its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class UnknownNeedError(CommunityConnectorError, ValueError):
    """A need id is not in the needs vocabulary."""

    code = "unknown-need"


class MissingExtraError(CommunityConnectorError, ImportError):
    """A feature needs a package that is not installed, or another version of it. The message names the package."""

    code = "missing-extra"


class InvalidRecordError(CommunityConnectorError, ValueError):
    """A record cannot be stored by every storage, for example because its id is empty."""

    code = "invalid-record"


class StorageError(CommunityConnectorError, OSError):
    """The database failed: it is unreachable, refuses, or its disk fails. Nothing was written."""

    code = "storage"


class StaleRecordError(StorageError):
    """A record has been changed since it was read. Nothing was written: read it again.

    Attributes:
        kind: the kind of the record.
        id: its id.
        expected: the version that the write expected; 0 if it expected no record.
        found: the version that is stored; 0 if there is no record.
    """

    code = "stale-record"

    def __init__(self, kind: str, id: str, expected: int, found: int) -> None:  # noqa: A002  # the record's own word
        super().__init__(
            f"{kind} {id!r} was expected to {_having(expected)}, but {_has(found)}: read it again, then write"
        )
        self.kind = kind
        self.id = id
        self.expected = expected
        self.found = found

    def __reduce__(self) -> tuple[type[StaleRecordError], tuple[str, str, int, int]]:
        return type(self), (self.kind, self.id, self.expected, self.found)


def _having(version: int) -> str:
    return f"have version {version}" if version else "be absent"


def _has(version: int) -> str:
    return f"has version {version}" if version else "does not exist"


class StorageClosedError(StorageError):
    """The storage has been closed."""

    code = "storage-closed"


class StorageFullError(StorageError):
    """The disk of the database is full. Nothing was written."""

    code = "storage-full"


class LoadCutOffError(CommunityConnectorError, ChildProcessError):
    """A process that read a file for a load was ended. The stored part remains: load the same file again."""

    code = "load-cut-off"


class UnusableStorageError(StorageError):
    """The storage at a URL cannot be used: another kind of file, a file system without locks, or a newer schema."""

    code = "unusable-storage"


class StorageNotFoundError(UnusableStorageError, FileNotFoundError):
    """There is no desk at a URL: the file does not exist, or the database contains no desk. None was created."""

    code = "storage-not-found"


class MigrationNeededError(UnusableStorageError):
    """An older version made the database: `communityconnector migrate` copies it and brings it up to date."""

    code = "migration-needed"


class DirectoryNotLoadedError(CommunityConnectorError, LookupError):
    """A desk was asked for services before a directory was loaded into its storage."""

    code = "directory-not-loaded"


class PluginError(CommunityConnectorError, RuntimeError):
    """A plugin cannot be used: it fails to load, is for another API version, or declares what another plugin declares."""

    code = "plugin"


class NotDeliveredError(CommunityConnectorError, ConnectionError):
    """A message was not delivered. The error contains neither its address nor its content.

    Attributes:
        retry: whether another attempt may succeed, as for an unreachable server but not for an address that does not
            exist.
        after: seconds to wait before the next attempt, if the provider states it.
    """

    code = "not-delivered"

    def __init__(self, message: str, *, retry: bool, after: float | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.after = after

    def __reduce__(self) -> tuple[partial[NotDeliveredError], tuple[str]]:
        return partial(type(self), retry=self.retry, after=self.after), (str(self),)


class InvalidSettingsError(CommunityConnectorError, ValueError):
    """A setting of the host is missing or invalid. The message names the settings and repeats no value."""

    code = "invalid-settings"


class InvalidSignatureError(CommunityConnectorError, ValueError):
    """A web hook is not signed with a known secret, or is an old copy. The error repeats nothing of it or of a secret.

    Attributes:
        reason: `missing-header`, `repeated-header`, `malformed`, `too-old`, `too-new` or `no-match`.
    """

    code = "invalid-signature"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[InvalidSignatureError], tuple[str, str]]:
        return type(self), (self.reason, str(self))


class UnexpectedArgumentError(CommunityConnectorError, TypeError):
    """A call received a keyword argument that it does not have. The message lists those that it has."""

    code = "unexpected-argument"


class UnknownNameError(CommunityConnectorError, ValueError):
    """An unknown name of an audience, a mode or the like. The message lists the known ones."""

    code = "unknown-name"


class InvalidReferralError(CommunityConnectorError, ValueError):
    """Data about a referral is incomplete or contradictory, or a document is not a referral."""

    code = "invalid-referral"


class ReferralNotFoundError(CommunityConnectorError, KeyError):
    """No referral with this id is stored: it never existed, or it has been purged."""

    code = "referral-not-found"

    def __str__(self) -> str:
        """Return the message itself: `KeyError` would return its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class InvalidPatronRefError(CommunityConnectorError, ValueError):
    """A reference to a patron is not opaque. The message does not repeat it."""

    code = "invalid-patron-ref"


class InvalidConsentError(CommunityConnectorError, ValueError):
    """A consent is incomplete, lasts too long, or is not of the kind that the matter requires."""

    code = "invalid-consent"


class InvalidStatisticsError(CommunityConnectorError, ValueError):
    """Counts are requested in an unknown way, or in a way that could reveal who is counted."""

    code = "invalid-statistics"


class IdempotencyConflictError(CommunityConnectorError, ValueError):
    """An idempotency key was used again for a different request. Nothing changed: use a new key for a new request."""

    code = "idempotency-conflict"


class LinkNotValidError(CommunityConnectorError, PermissionError):
    """A link of a message is used up, too old, or unknown. The error does not state which, so that guessing links is useless."""

    code = "link-not-valid"


class SealBrokenError(CommunityConnectorError, ValueError):
    """Sealed data cannot be opened: it was changed or moved, or its key is not in the keyring."""

    code = "seal-broken"


class PermissionDeniedError(CommunityConnectorError, PermissionError):
    """This role may not do this, whatever state a referral is in. Nothing changed; the message says which role may.

    Attributes:
        action: what was to be done.
        role: the role that asked for it.
        allowed: the roles that may do it.
    """

    code = "permission-denied"

    def __init__(self, action: str, role: str, allowed: Iterable[str]) -> None:
        self.action = action
        self.role = str(role)
        self.allowed = tuple(str(one) for one in allowed)
        super().__init__(f"{action} is for {' or '.join(self.allowed)}, not for {self.role}")

    def __reduce__(self) -> tuple[type[PermissionDeniedError], tuple[str, str, tuple[str, ...]]]:
        return type(self), (self.action, self.role, self.allowed)


class IllegalTransitionError(CommunityConnectorError, RuntimeError):
    """The event is not allowed in the referral's state or for this role, or a condition is not met. Nothing changed.

    Attributes:
        status: the referral's state; `none` if it does not exist yet.
        event: the event that was attempted.
        role: the role of the actor.
        guard: the name of the condition that is not met; empty if the state or the role alone forbids the event.
    """

    code = "illegal-transition"

    def __init__(self, status: str, event: str, role: str, guard: str = "") -> None:
        because = f": {guard} is not met" if guard else ""
        super().__init__(f"a referral in state {status} does not take {event} from {role}{because}")
        self.status = status
        self.event = event
        self.role = role
        self.guard = guard

    def __reduce__(self) -> tuple[type[IllegalTransitionError], tuple[str, str, str, str]]:
        return type(self), (self.status, self.event, self.role, self.guard)


class InvalidPartnershipError(CommunityConnectorError, ValueError):
    """Data about a partnership is incomplete or contradictory, or a document is not a partnership."""

    code = "invalid-partnership"


class PartnershipNotFoundError(CommunityConnectorError, KeyError):
    """No partnership with this agency is stored."""

    code = "partnership-not-found"

    def __str__(self) -> str:
        """Return the message itself: `KeyError` would return its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class InvalidVisitError(CommunityConnectorError, ValueError):
    """A visit is incomplete, its schedule does not determine its times, or a document is not a visit."""

    code = "invalid-visit"


class VisitNotFoundError(CommunityConnectorError, KeyError):
    """No visit with this id is stored."""

    code = "visit-not-found"

    def __str__(self) -> str:
        """Return the message itself: `KeyError` would return its repr, in quotes."""
        return str(self.args[0]) if self.args else ""
