"""Every error that the library raises on purpose.

One root, and each leaf is also the builtin that a caller would expect, so `except ValueError` keeps working.
Each carries a stable `code` for programs. Messages name files, positions, fields and rules; they never carry
a patron's words or a confidential place.
"""

from __future__ import annotations

from functools import partial
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


class AgencyNotFoundError(CommunityConnectorError, KeyError):
    """No agency with this id is in the directory."""

    code = "agency-not-found"

    def __str__(self) -> str:
        """Give the message itself: `KeyError` would show its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class UnknownNeedError(CommunityConnectorError, ValueError):
    """A need id is not in the needs vocabulary."""

    code = "unknown-need"


class MissingExtraError(CommunityConnectorError, ImportError):
    """A feature needs a package that is not installed, or another version of it; the message says which."""

    code = "missing-extra"


class InvalidRecordError(CommunityConnectorError, ValueError):
    """What was to be stored is nothing that every storage can store, such as an empty id."""

    code = "invalid-record"


class StorageError(CommunityConnectorError, OSError):
    """The database cannot do what it was asked to: it is unreachable, refuses, or its disk fails. Nothing was written."""

    code = "storage"


class StaleRecordError(StorageError):
    """A record has been changed since it was read. Nothing was written: read it again.

    Attributes:
        kind: what the record is.
        id: which.
        expected: the version that it was expected to have; 0 for none.
        found: the version that it has; 0 where it is not there.
    """

    code = "stale-record"

    def __init__(self, kind: str, id: str, expected: int, found: int) -> None:  # noqa: A002  # the record's own word
        super().__init__(
            f"{kind} {id!r} was expected to {_having(expected)}, and {_has(found)}: read it again, then write"
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
    return f"has version {version}" if version else "is not there"


class StorageClosedError(StorageError):
    """The storage has been closed."""

    code = "storage-closed"


class StorageFullError(StorageError):
    """There is no room left where the database lies. Nothing was written."""

    code = "storage-full"


class LoadCutOffError(CommunityConnectorError, ChildProcessError):
    """A process that was reading a file for a load was ended. What was stored is kept: load the same file again."""

    code = "load-cut-off"


class UnusableStorageError(StorageError):
    """There is no storage that can be used at this URL: another kind of file, a file system that cannot lock, a newer schema."""

    code = "unusable-storage"


class StorageNotFoundError(UnusableStorageError, FileNotFoundError):
    """There is no desk at this URL: no such file, or a database in which none was made. Nothing was made there either."""

    code = "storage-not-found"


class MigrationNeededError(UnusableStorageError):
    """The database was made by an older version: `communityconnector migrate` brings it up to date, after a copy."""

    code = "migration-needed"


class DirectoryNotLoadedError(CommunityConnectorError, LookupError):
    """A desk was asked for services, and no directory has been loaded into its storage."""

    code = "directory-not-loaded"


class PluginError(CommunityConnectorError, RuntimeError):
    """A plugin cannot be used: it fails to load, was written to another API, or declares what another one declares too."""

    code = "plugin"


class NotDeliveredError(CommunityConnectorError, ConnectionError):
    """A message has not been delivered. The error names neither whom it was for nor what it says.

    Attributes:
        retry: whether it is worth trying again, as when a server is out of reach; not where a target does not exist.
        after: how many seconds to wait before that, where the provider says so.
    """

    code = "not-delivered"

    def __init__(self, message: str, *, retry: bool, after: float | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.after = after

    def __reduce__(self) -> tuple[partial[NotDeliveredError], tuple[str]]:
        return partial(type(self), retry=self.retry, after=self.after), (str(self),)


class InvalidSettingsError(CommunityConnectorError, ValueError):
    """What a host has set for a part is missing or wrong; the message names the settings and repeats no value."""

    code = "invalid-settings"


class InvalidSignatureError(CommunityConnectorError, ValueError):
    """A web hook is not signed by who knows a secret, or is an old copy. Nothing of it, nor of a secret, is repeated.

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
    """A call was given something by a name that it does not have; the message says which names it has."""

    code = "unexpected-argument"


class UnknownNameError(CommunityConnectorError, ValueError):
    """An audience, a mode or the like that there is not; the message lists those that there are."""

    code = "unknown-name"


class InvalidReferralError(CommunityConnectorError, ValueError):
    """What was said about a referral is incomplete or contradicts itself, or a document holds no referral."""

    code = "invalid-referral"


class ReferralNotFoundError(CommunityConnectorError, KeyError):
    """No referral with this id is kept: there was none, or it has been purged."""

    code = "referral-not-found"

    def __str__(self) -> str:
        """Give the message itself: `KeyError` would show its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class InvalidPatronRefError(CommunityConnectorError, ValueError):
    """A reference to a patron is not opaque. The message does not repeat it."""

    code = "invalid-patron-ref"


class InvalidConsentError(CommunityConnectorError, ValueError):
    """A consent does not say what it must, lasts too long, or is not of the kind that the matter asks for."""

    code = "invalid-consent"


class InvalidStatisticsError(CommunityConnectorError, ValueError):
    """Something is to be counted in a way that would show who is counted, or that there is not."""

    code = "invalid-statistics"


class IdempotencyConflictError(CommunityConnectorError, ValueError):
    """A key that was used for one request came with another one. Nothing changed: use a new key for a new request."""

    code = "idempotency-conflict"


class LinkNotValidError(CommunityConnectorError, PermissionError):
    """A link of a message is used up, too old, or none of ours. The error does not say which, for whoever tries links."""

    code = "link-not-valid"


class SealBrokenError(CommunityConnectorError, ValueError):
    """What was sealed cannot be opened: it has been changed, moved, or its key is not in the keyring."""

    code = "seal-broken"


class IllegalTransitionError(CommunityConnectorError, RuntimeError):
    """This cannot happen to a referral: not in its state, not by this role, or not as things stand. Nothing changed.

    Attributes:
        status: the referral's state; `none` where it does not exist yet.
        event: what was to happen.
        role: whose role it was that wanted it.
        guard: the name of the condition that is not met; empty where state or role alone forbid it.
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
    """What was said about a partnership is incomplete or contradicts itself, or a document holds no partnership."""

    code = "invalid-partnership"


class PartnershipNotFoundError(CommunityConnectorError, KeyError):
    """No partnership with this agency is kept."""

    code = "partnership-not-found"

    def __str__(self) -> str:
        """Give the message itself: `KeyError` would show its repr, in quotes."""
        return str(self.args[0]) if self.args else ""


class InvalidVisitError(CommunityConnectorError, ValueError):
    """A visit lacks something, nobody could say from its schedule when it is, or a document holds no visit."""

    code = "invalid-visit"


class VisitNotFoundError(CommunityConnectorError, KeyError):
    """No visit with this id is kept."""

    code = "visit-not-found"

    def __str__(self) -> str:
        """Give the message itself: `KeyError` would show its repr, in quotes."""
        return str(self.args[0]) if self.args else ""
