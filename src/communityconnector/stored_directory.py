"""`desk.directory`: the directory in a desk's storage: loaded, read, changed, matched and exported."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from communityconnector.desk import Ledger
from communityconnector.desk.authorization import check_role
from communityconnector.desk.store.audit_log import CODE, Fact
from communityconnector.directory_store import DirectoryStore, IndexFollower, Loaded, load, summarize_service
from communityconnector.directory_store.loading import Columns, Source
from communityconnector.errors import InvalidReferralError
from communityconnector.interchange import Mode
from communityconnector.matcher import Matcher
from communityconnector.matching.criteria import Locate
from communityconnector.model import Audience, Directory, Finding, Service
from communityconnector.needs import Lexicon
from communityconnector.plugin_parts import PartResolver
from communityconnector.referrals import Actor, Role
from communityconnector.referrals.service_summary import ServiceSummary

if TYPE_CHECKING:
    from communityconnector.matching import Index

_LOG: Final = logging.getLogger("communityconnector")

_FEW_SERVICES: Final = 1_000
"""So many services are looked through sooner than an index of them is made."""

HideableEntity = Literal["location", "phone", "contact", "address"]
"""The entities of records that can be hidden."""


class StoredDirectory:
    """The directory of a desk: a stored generation, and the index that follows it. It may be shared between threads.

    Args:
        ledger: the desk's ledger, for the log and the clock; it has the storage.
        parts: finds importers and exporters of plugins.
        make_matcher: makes a matcher of an index.
        folder: the folder for the indexes; `None` for one that is deleted on closing.
        audience: who will see the results.
        lexicon: finds the phrases of a vocabulary; by default the one that ships.
        locate: gives the points that stand for postal codes.
    """

    def __init__(  # noqa: PLR0913  # what an index is made with, and who reads and writes other forms
        self,
        ledger: Ledger,
        parts: PartResolver,
        *,
        make_matcher: Callable[[Index], Matcher],
        folder: Path | None,
        audience: Audience,
        lexicon: Lexicon | None,
        locate: Locate,
    ) -> None:
        self._ledger = ledger
        self._parts = parts
        self._audience = audience
        self._store = DirectoryStore(ledger.storage)
        self._follower = IndexFollower(self._store, make_matcher, folder, audience, lexicon, locate)

    @property
    def matcher(self) -> Matcher:
        """Matches against the directory as it is now.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self._follower.now().matcher

    def read(self) -> Directory:
        """Read the whole directory into memory, as the audience may see it.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self._read_all().for_audience(self._audience)

    def load(  # noqa: PLR0913  # what `read` takes, and what to do with missing records
        self,
        source: Source,
        *,
        mode: Mode | str = Mode.REPAIR,
        mapping: Columns = None,
        drop_missing: bool = False,
        on_finding: Callable[[Finding], object] | None = None,
        on_progress: Callable[[Literal["stored", "indexed"], int], object] | None = None,
    ) -> Loaded:
        """Load a directory, and index it (see `Connector.load`)."""

        def report(what: Literal["stored", "indexed"], number: int) -> None:
            if on_progress is not None:
                on_progress(what, number)

        def prepare(generation: int, token: str) -> None:
            self._follower.index(generation, token, anew=True, on_progress=partial(report, "indexed"))

        loaded = load(
            self._ledger.storage,
            self._parts.import_source(source),
            now=self._ledger.now(),
            mode=mode,
            mapping=mapping,
            drop_missing=drop_missing,
            audience=self._audience,
            on_finding=on_finding,
            on_progress=partial(report, "stored"),
            prepare=prepare,
        )
        _LOG.info(
            "directory %d loaded: %d added, %d changed, %d missing",
            *(loaded.generation, loaded.added, loaded.changed, loaded.missing),
        )
        self._follower.now(at_once=True)
        return loaded

    def export(self, path: str | os.PathLike[str], *, format: str | None = None) -> tuple[Finding, ...]:  # noqa: A002  # the command line's word
        """Write the directory as the audience may see it (see `Connector.export`)."""
        return self._parts.export(self._read_all(), path, self._audience, format)

    def amend(self, service: Service) -> None:
        """Store one service in place of the one with its id, or as a new one. The next load may change it again.

        If the service reveals a hidden place, or one to be hidden, in a new way, the whole directory is loaded again,
        since other records may name the same place; so it is if the storage has no feed of changes. A place that is no
        longer to be hidden is shown after the next load.

        Args:
            service: the service.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            StaleRecordError: it was changed at the same moment.
        """
        if self._store.amend(service):
            self._follower.now(at_once=True)
        else:
            self._load_again(service)
        _LOG.info("service %s amended", service.id)

    def disclose(
        self, record_id: str, *, actor: Actor, reason: str, entity: HideableEntity = "location"
    ) -> None:
        """Show what was hidden before, or only looks like a refuge, now that a person has decided so.

        What is hidden stays hidden, even when a later file no longer says that it is. This is the one way to end it, and
        the log says who did it, and why. It does not show what a record of the directory itself hides outright, now or
        later: change that record.

        Args:
            record_id: id of the location; or of a phone, a contact or an address that is private by itself.
            actor: staff.
            reason: why, as a code, such as `agency-agreed`.
            entity: the entity of the record.

        Raises:
            PermissionDeniedError: this role may not.
            InvalidReferralError: the reason is not a code.
            DirectoryNotLoadedError: no directory has been loaded.
            OvertakenError: another decision was made at the same moment.
            StaleRecordError: another directory was loaded meanwhile.
        """
        check_role(actor, "disclose", Role.STAFF)
        if not CODE.fullmatch(reason):
            message = "the reason is a code, such as agency-agreed: letters, digits and . _ -"
            raise InvalidReferralError(message)
        self._follower.now(at_once=True)
        self._ledger.commit(
            [self._store.disclosure_write(f"{entity} {record_id}")],
            [Fact(actor=actor, action="disclose_place", to=record_id, because=reason)],
        )
        self._load_again()

    # What referrals ask

    def summarize(self, service_id: str) -> ServiceSummary:
        """Give what a referral has to know of a service.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            ServiceNotFoundError: the directory has no such service.
        """
        return summarize_service(self._store, service_id)

    def has_term(self, key: str) -> bool:
        """Whether the directory has a taxonomy term of an id or a code."""
        return self._follower.now().index.has_term(key)

    def has_agency(self, key: str) -> bool:
        """Whether the directory has an agency. If none has been loaded, it may have any."""
        generation = self._store.current()
        if generation is None or self._store.has(generation.number, "organization", key):
            return True
        if generation.records.get("service", 0) <= _FEW_SERVICES:
            return self._store.runs_services(generation.number, key)
        return self._follower.now().index.has_agency(key)

    def close(self) -> None:
        """Release the index. May be called again."""
        self._follower.close()

    def __repr__(self) -> str:
        return f"<StoredDirectory, {self._follower}>"

    def _read_all(self) -> Directory:
        return self._store.directory(self._follower.now(at_once=True).generation.number)

    def _load_again(self, *changed: Service) -> None:
        """Load the directory again, with some services in place of those of the same ids."""
        records = [*self._read_all().roots(), *changed]
        self.load(Directory.of({(record.entity, record.id): record for record in records}.values()))
