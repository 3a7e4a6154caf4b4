"""`DirectoryStore`: generations of a directory's records, and which one is current."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import attrs

from communityconnector.errors import StaleRecordError, StorageError
from communityconnector.interchange import Mode, to_raw
from communityconnector.interchange.structuring.structurer import Structurer
from communityconnector.interchange.texts.identifiers import identifier_of
from communityconnector.model import ENTITIES, Audience, Directory, Record, Service, TaxonomyTerm
from communityconnector.model.audience import redaction
from communityconnector.model.claims import plain_statements, stands_as
from communityconnector.model.confidential import Confidential
from communityconnector.model.rebuilding import rebuild
from communityconnector.storage import ABSENT, Delete, Put, Storage, SupportsChanges, fetch, lawful_id
from communityconnector.storage import Record as Stored

ABOUT: Final = "directory"
"""Kind of the few records that say how the directory stands."""
CURRENT: Final = "current"
"""Id of the one that says which generation counts."""

AMENDED: Final = "amended"
"""Id of the one that every amendment writes, and every new generation: so neither overlooks the other."""

DISCLOSED: Final = "opened"
"""Id of the one that says which places a person decided to show."""

_SERVICE: Final = "service"
_TRIES: Final = 10


def generation_kind(entity: str, generation: int) -> str:
    """The kind of a generation's records."""
    return f"{entity}.{generation}"


def storage_id(key: str) -> str:
    """The id under which a record is stored: its own, as reading gives it, or a digest where no storage could take that."""
    key = identifier_of(key)
    return (
        key
        if lawful_id(key)
        else f"sha256:{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"
    )


@attrs.frozen
class Generation:
    """A generation that counts.

    Attributes:
        number: counts up with every load.
        token: tells it from those of other storages, and from those of the same number in a copy from before.
        previous: the one before, kept for those who are still reading it; 0 for none.
        old: those that are no longer read, which may still be there in part.
        records: how many records it has by entity.
        version: number of the commit by which it came to count.
    """

    number: int
    token: str
    previous: int
    old: tuple[int, ...]
    records: Mapping[str, int]
    version: int


class DirectoryStore:
    """A directory in a storage.

    Args:
        storage: the storage.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def current(self) -> Generation | None:
        """The generation that counts; `None` where nothing was loaded."""
        record = self.about(CURRENT)
        if record is None:
            return None
        current = record.document
        return Generation(
            current["number"],
            current["token"],
            current["previous"],
            tuple(current["old"]),
            current["records"],
            record.version,
        )

    def about(self, key: str) -> Stored | None:
        """What is noted under a name."""
        return fetch(self.storage, ABOUT, key)

    def documents(self, generation: int, entity: str, after: str = "") -> Iterator[Stored]:
        """The records of an entity as they are stored, in the order of their ids."""
        return self.storage.scan(generation_kind(entity, generation), after=after)

    def read(self, generation: int, entity: str) -> Iterator[Record]:
        """The records of an entity, with all that is known of them."""
        return (read_record(entity, stored.document) for stored in self.documents(generation, entity))

    def terms(self, generation: int) -> dict[str, TaxonomyTerm]:
        """The taxonomy terms that no service leads to, by id."""
        terms = cast("Iterator[TaxonomyTerm]", self.read(generation, "taxonomy_term"))
        return {term.id: term for term in terms}

    def services(self, generation: int, view: View) -> Iterator[Service]:
        """The services as an audience may see them."""
        return (view.shown(stored.document) for stored in self.documents(generation, _SERVICE))

    def some(self, generation: int, ids: Iterable[str], view: View) -> dict[str, Service]:
        """Some services as an audience may see them, by the ids under which they are stored (`storage_id`)."""
        records = self.storage.get(generation_kind(_SERVICE, generation), ids)
        return {key: view.shown(stored.document) for key, stored in records.items()}

    def has(self, generation: int, entity: str, key: str) -> bool:
        """Whether a record that no other embeds is stored under its id."""
        return fetch(self.storage, generation_kind(entity, generation), storage_id(key)) is not None

    def runs_services(self, generation: int, key: str) -> bool:
        """Whether an organization runs any of the services: all of them are looked through."""
        return any(
            key in (stored.document.get("organization", {}).get("id"), stored.document.get("organization_id"))
            for stored in self.documents(generation, _SERVICE)
        )

    def directory(self, generation: int) -> Directory:
        """The whole directory, in memory."""
        directory = Directory.of(record for entity in ENTITIES for record in self.read(generation, entity))
        return directory.with_hidden(self.confidential(generation))

    def view(self, generation: int, audience: Audience) -> View:
        """How an audience may see a generation."""
        return View(self.confidential(generation), audience)

    def confidential(self, generation: int) -> Confidential:
        """What must be hidden of a generation.

        Raises:
            StorageError: that was not noted, or is forgotten by now: then nothing of it may be shown.
        """
        noted = self.about(confidential_id(generation))
        if noted is None:
            message = f"directory {generation} is no longer stored: load it again"
            raise StorageError(message)
        return Confidential.from_dict(noted.document)

    def hides(self, generation: int, service: Service) -> bool:
        """Whether a place of a service is hidden from one audience or another."""
        confidential = self.confidential(generation)
        return any(
            link.id in confidential.links
            or (link.location is not None and link.location.id in confidential.places)
            for link in service.service_at_locations
        )

    def hidden_before(self, generation: Generation | None) -> Confidential | None:
        """What was hidden in the generation before a new one; `None` where there is none."""
        noted = None if generation is None else self.about(confidential_id(generation.number))
        return None if noted is None else Confidential.from_dict(noted.document)

    def opened(self) -> tuple[frozenset[str], int]:
        """`entity id` of what a person decided to show, and the version of the note that says so."""
        noted = self.about(DISCLOSED)
        return (
            (frozenset(), ABSENT) if noted is None else (frozenset(noted.document["records"]), noted.version)
        )

    def disclosure_write(self, name: str) -> Put:
        """Make the write that notes, by entity and id, what a person decided to show, from the next load on."""
        opened, version = self.opened()
        return Put(ABOUT, DISCLOSED, {"records": sorted(opened | {name})}, version)

    def amendments(self) -> int:
        """Version of the note that every amendment writes; `ABSENT` where nothing was amended."""
        noted = self.about(AMENDED)
        return ABSENT if noted is None else noted.version

    def amend(self, service: Service) -> bool:
        """Put one service in the place of that of the same id, or beside the others.

        Returns:
            Whether that was done. It is not where the service says something new of places and anything is hidden, or to be:
            other records may tell the same places, so the whole has to be taken in again. Nor is it where the storage
            has no feed of changes, for then other desks would not see it.

        Raises:
            StaleRecordError: it was changed at the same moment.
        """
        if not isinstance(self.storage, SupportsChanges):
            return False
        for tried in itertools.count(1):
            # In this order: a load that finishes meanwhile writes the note too, and this becomes stale.
            noted, current = self.amendments(), self.current()
            if current is None:
                return False
            kind, key = generation_kind(_SERVICE, current.number), storage_id(service.id)
            stored = fetch(self.storage, kind, key)
            if not self._changes_no_place(current, None if stored is None else stored.document, service):
                return False
            note = Put(ABOUT, AMENDED, {"generation": current.number}, noted)
            try:
                self.storage.commit(
                    [Put(kind, key, to_raw(service), ABSENT if stored is None else stored.version), note]
                )
            except StaleRecordError as error:
                if error.kind != ABOUT or tried == _TRIES:
                    raise
            else:
                break
        return True

    def _changes_no_place(
        self, current: Generation, stored: Mapping[str, Any] | None, service: Service
    ) -> bool:
        """Whether what is hidden stays as it is when a service takes the place of the stored one."""
        claims, parts = plain_statements(service)
        if stored is not None and stands_as(cast("Service", read_record(_SERVICE, stored))) == stands_as(
            service
        ):
            return True
        return not claims and not parts and not self.confidential(current.number).any

    def forget(self, generation: int) -> None:
        """Delete a generation; if it is gone already, nothing happens."""
        # First what tells how it may be seen: without it nothing is shown, and who is still reading notices.
        noted = self.about(confidential_id(generation))
        if noted is not None:
            self.storage.commit([Delete(ABOUT, noted.id, noted.version)])
        for entity in ENTITIES:
            self.storage.drop(generation_kind(entity, generation))


class View:
    """How an audience may see records, one at a time.

    Args:
        confidential: what must be hidden, in the whole directory.
        audience: for whom.
    """

    def __init__(self, confidential: Confidential, audience: Audience) -> None:
        self.audience = audience
        self._transform = redaction(audience, confidential)

    def shown(self, document: Mapping[str, Any]) -> Service:
        """A service of a stored document."""
        service = cast("Service", read_record(_SERVICE, document))
        if self._transform is None:
            return service
        return cast(
            "Service", rebuild({_SERVICE: {service.id: service}}, self._transform)[_SERVICE][service.id]
        )


def confidential_id(generation: int) -> str:
    """Under which name it is noted what must be hidden of a generation."""
    return f"confidential.{generation}"


def read_record(entity: str, document: Mapping[str, Any]) -> Record:
    """A record of a stored document."""
    return Structurer(Mode.COLLECT).record(ENTITIES[entity], document)
