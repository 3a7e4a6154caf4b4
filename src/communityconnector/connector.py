"""The desk: a stored directory, what is asked of it, and what comes of it, behind one face."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import attrs

from communityconnector import needs
from communityconnector.desk import Desk, DeskContext, Ledger, WebhookSender
from communityconnector.desk.authorization import check_role
from communityconnector.desk.store.audit_log import CODE, Fact
from communityconnector.desk_calendar import reconcile_calendar
from communityconnector.directory_store import DirectoryStore, IndexFollower, Loaded, load
from communityconnector.directory_store.loading import Columns, Source
from communityconnector.directory_store.service_lookup import summarize_service
from communityconnector.encryption import Keyring
from communityconnector.errors import CommunityConnectorError, InvalidReferralError
from communityconnector.geocoding import Geocoder
from communityconnector.interchange import Mode
from communityconnector.matcher import Matcher
from communityconnector.matching import MatchResult, Rank
from communityconnector.matching.engine import NOBODY, Reranker
from communityconnector.model import Audience, Directory, Finding, Point, Service
from communityconnector.model.zips import zip_point
from communityconnector.needs import Interpreter, Need, PhraseInterpreter, Vocabulary
from communityconnector.notification import Notifier, Secret
from communityconnector.partners import Occurrence, Partnerships, Visitors
from communityconnector.plugin_parts import PartResolver, index_beside
from communityconnector.plugins import Plugins
from communityconnector.referrals import Actor, Letterhead, Policy, Role
from communityconnector.referrals.mappings import Words, with_words
from communityconnector.storage import Storage

_LOG: Final = logging.getLogger("communityconnector")

OWN_FORMS: Final = "hsds"
"""Name of the importer that reads what `read` reads: a load streams those forms itself."""

_FEW_SERVICES: Final = 1_000
"""So many services are looked through sooner than an index of them is made."""

_NO_SETTINGS: Final[Mapping[str, str]] = {}

_NO_NOTIFIERS: Final[Mapping[str, Notifier]] = {}


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


class Connector(Desk):
    """A desk: a directory in storage, matches from it, and referrals made of them.

    Open one with `Connector.open`. It may be shared between threads; a process that forks opens its own. Other
    processes may load and change the directory meanwhile: a desk sees what they did within a second.

    Args:
        storage: where everything is kept; closed with the desk.
        plugins: who reads forms that the library does not know itself; by default nobody.
        index: folder for the indexes; by default one that is gone with the desk.
        audience: who will see the results. By default the public: confidential places stay hidden.
        geocoder: see `Matcher`, as the rest.
        vocabulary: the needs that there are; indexes are made with it.
        interpreter: who understands what patrons say.
        zone: where the library is: zone of the directory's wall-clock times, of business days and of patrons' safe
            hours. By default the policy's.
        clock: gives the present moment, with a zone.
        weights: what each part adds to a score, by name.
        rerankers: each in turn may put the best matches in another order.
        holidays: names the days on which the usual hours may not hold, and which are no business days. By default the
            policy's.
        policy: what the library has decided about referrals: times, limits, how long things are kept.
        letterhead: whom messages are from, and where their links lead.
        notifiers: send messages, by name. None are sent before `dispatch_once` is called.
        secret: makes links and references that nobody else can make; by default one that is made once, and kept in the
            storage.
        keyring: seals what is a patron's own; by default it is kept in the open, and deleted.
        ids: gives ids of new referrals, of letters, digits, `-` and `.`.
        random: spreads tries over time.
        senders: systems of agencies and platforms that may report by web hooks (`receive`).
        words: tables of what words of other systems mean, beside and in place of those that are known of themselves; the
            last one counts (`referrals.mappings.with_words`).

    Attributes:
        partnerships: what the library knows of its partners (`partners.Partnerships`).
        visitors: who comes to which branch, and who is in the building (`partners.Visitors`).

    Raises:
        InvalidSettingsError: there is no such zone, or the policy has another zone or other holidays than were given.
    """

    def __init__(  # noqa: PLR0913  # each a part that a host may replace, all with a default
        self,
        storage: Storage,
        *,
        plugins: Plugins | None = None,
        index: str | os.PathLike[str] | None = None,
        audience: Audience | str = Audience.PUBLIC,
        geocoder: Geocoder | None = None,
        vocabulary: Vocabulary | None = None,
        interpreter: Interpreter | None = None,
        zone: str | tzinfo | None = None,
        clock: Callable[[], datetime] = _now,
        weights: Mapping[str, float] | None = None,
        rerankers: Iterable[Reranker] = (),
        holidays: Callable[[date], str | None] | None = None,
        policy: Policy | None = None,
        letterhead: Letterhead | None = None,
        notifiers: Mapping[str, Notifier] = _NO_NOTIFIERS,
        secret: Secret | None = None,
        keyring: Keyring | None = None,
        ids: Callable[[], str] = _new_id,
        random: Random | None = None,
        senders: Iterable[WebhookSender] = (),
        words: Iterable[Words] = (),
    ) -> None:
        policy, holidays = reconcile_calendar(policy or Policy(), zone, holidays)
        self._shelf = DirectoryStore(storage)
        ledger = Ledger(storage, policy=policy, clock=clock, secret=secret, keyring=keyring, ids=ids)
        super().__init__(
            DeskContext(
                ledger=ledger,
                find_service=partial(summarize_service, self._shelf),
                letterhead=letterhead or Letterhead(),
                notifiers=dict(notifiers),
                vocabulary=vocabulary or needs.vocabulary(),
                random=random or Random(),  # noqa: S311  # it spreads tries, and keeps no secret
                senders=senders,
                words=with_words(*words),
                has_term=self._has_term,
                has_agency=self._has_agency,
            )
        )
        self.storage = storage
        self.plugins = plugins
        self.audience = Audience(audience)
        self.partnerships = Partnerships(storage, clock)
        self.visitors = Visitors(storage, clock, holidays)
        self._clock = clock
        matcher = partial(
            Matcher,
            audience=self.audience,
            geocoder=geocoder,
            interpreter=interpreter,
            zone=policy.zone,
            clock=clock,
            weights=weights,
            rerankers=tuple(rerankers),
            holidays=holidays,
        )
        self._follower = IndexFollower(
            self._shelf,
            matcher,
            None if index is None else Path(index),
            self.audience,
            None if vocabulary is None else PhraseInterpreter(vocabulary),
            zip_point if geocoder is None else geocoder.locate,
        )

    @classmethod
    def open(  # noqa: PLR0913  # parts that plugins may bring, by name
        cls,
        url: str | None = None,
        *,
        create: bool = False,
        plugins: Plugins | None = None,
        settings: Mapping[str, str] = _NO_SETTINGS,
        index: str | os.PathLike[str] | None = None,
        geocoder: Geocoder | str | None = None,
        interpreter: Interpreter | str | None = None,
        rerankers: Iterable[Reranker | str] = (),
        holidays: Callable[[date], str | None] | str | None = None,
        notifiers: Mapping[str, Notifier | Mapping[str, str]] = _NO_NOTIFIERS,
        words: Iterable[Words | str] = (),
        **parts: Any,
    ) -> Self:
        """Open the desk at a URL.

        Args:
            url: where its storage is, such as `sqlite:///desk.db`; by default in memory, gone with the desk.
            create: whether to make the storage where there is none. By default that is an error, so that a misspelt URL
                opens no empty desk.
            plugins: where parts are looked up by their names. By default those that are built in: plugins of others are
                used only if they are allowed, as in `Plugins(allow=["theirs"])`.
            settings: what plugins' parts may have to know.
            index: folder for the indexes. By default beside a SQLite file, in a folder of the same name with
                `.index`; else one that is gone with the desk, so that it is built anew whenever one is opened.
            geocoder: who knows places in words, or its name.
            interpreter: who understands what patrons say, or its name.
            rerankers: each in turn may put the best matches in another order; scorers, or their names.
            holidays: names the days on which the usual hours may not hold; or the name of a calendar.
            notifiers: send messages, by name; settings in place of a notifier make the one that a plugin brings, or that
                is built in, under that name: `{"smtp": {"host": ...}}`. For several of one kind, say the kind:
                `{"clinic": {"kind": "webhook", "secrets": ...}}`.
            words: tables of what words of other systems mean; or the names of such tables.
            **parts: what `Connector` takes besides.

        Raises:
            StorageNotFoundError: there is no storage, and none was to be made.
            UnusableStorageError: it is no URL of a storage, or what is there cannot be used.
            MigrationNeededError: an older version made it.
            StorageError: the database cannot be reached.
            PluginError: no part has such a name.
            InvalidSettingsError: settings cannot be used, or zone or holidays are not one.
        """
        found = plugins or Plugins(entry_points=False)
        named = PartResolver(found, settings)
        parts |= {
            "geocoder": named.geocoder(geocoder),
            "interpreter": named.interpreter(interpreter),
            "rerankers": named.rerankers(rerankers),
            "holidays": named.holidays(holidays),
            "notifiers": named.notifiers(notifiers),
            "words": named.words(words),
        }
        storage = named.storage(url, create=create)
        try:
            return cls(storage, plugins=found, index=index_beside(url) if index is None else index, **parts)
        except CommunityConnectorError:
            storage.close()
            raise

    def load(  # noqa: PLR0913  # what `read` takes, and what to do with what is gone
        self,
        source: Source,
        *,
        mode: Mode | str = Mode.REPAIR,
        mapping: Columns = None,
        drop_missing: bool = False,
        on_finding: Callable[[Finding], object] | None = None,
        on_progress: Callable[[str, int], object] | None = None,
    ) -> Loaded:
        """Take in a directory, and index it. Until all of it is there, everybody goes on with the old one.

        A load that was cut off goes on where it was when the same file is loaded again. A large ndjson file is read by
        as many processes as there are cores, four at most; they have ended when the load has.

        Args:
            source: a directory, or a file or folder that `read` can read, of any size.
            mode: how to read (`read`).
            mapping: what the columns of a spreadsheet mean.
            drop_missing: whether to let go of records that the source does not hold. By default they are kept.
            on_finding: takes each finding as it is made.
            on_progress: takes `stored` or `indexed`, and how many records were, now and then.

        Raises:
            SourceNotFoundError: there is no such file, or it may not be opened.
            InvalidDirectoryError: in mode `strict`, if there was any error. Nothing has changed.
            InvalidMappingError: the mapping is none.
            StaleRecordError: somebody else loaded a directory meanwhile; theirs counts.
            LoadCutOffError: a process that was reading the file was ended.
        """
        tell = on_progress or (lambda _, __: None)

        def prepare(generation: int, token: str) -> None:
            self._follower.index(generation, token, anew=True, on_progress=partial(tell, "indexed"))

        done = load(
            self.storage,
            self._source(source),
            now=self._clock(),
            mode=mode,
            mapping=mapping,
            drop_missing=drop_missing,
            audience=self.audience,
            on_finding=on_finding,
            on_progress=partial(tell, "stored"),
            prepare=prepare,
        )
        _LOG.info(
            "directory %d loaded: %d added, %d changed, %d missing",
            *(done.generation, done.added, done.changed, done.missing),
        )
        self._follower.now(at_once=True)
        return done

    def match(  # noqa: PLR0913  # what `Matcher.match` takes, with a place for a text
        self,
        need: Need | str,
        *,
        near: str | Point | None = None,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank | str = Rank.SCORE,
        per_agency: int | None = None,
        branch: str | None = None,
    ) -> MatchResult:
        """The services that fit a need, best first, each with its reasons (see `Matcher.match`).

        Args:
            need: what the patron needs; a text alone will do.
            near: where from, if the need does not say.
            limit: most matches to give; `None` for all.
            offset: how many of the best to pass over.
            rank: the order.
            per_agency: how many matches of one organization come before others get a turn.
            branch: the branch where the patron is, as visits have it (`visitors`). Services that visit it today come
                first, each with a reason `visiting`; no score changes.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            PlaceNotFoundError: nobody knows the place.
            InvalidNeedError: a number is negative.
        """
        asked = Need(need) if isinstance(need, str) else need
        if near is not None and asked.near is None:
            asked = attrs.evolve(asked, near=near)
        first = NOBODY if branch is None else self.visitors.reasons(branch)
        return self.matcher.match(
            asked, limit=limit, offset=offset, rank=rank, per_agency=per_agency, first=first
        )

    def visits(self, branch: str, first: date | datetime, last: date | datetime) -> list[Occurrence]:
        """Who comes to a branch, in order of time (see `Visitors.visits`).

        Args:
            branch: which, as the visits have it.
            first: the day or moment from which on visits that begin count.
            last: the day or moment before which.
        """
        return self.visitors.visits(branch, first, last)

    @property
    def matcher(self) -> Matcher:
        """Asks the directory as it is now, in all the ways of `Matcher`.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self._follower.now().asks

    @property
    def directory(self) -> Directory:
        """The whole directory as the audience may see it, read into memory.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self._shelf.directory(self._follower.now(at_once=True).generation.number).for_audience(
            self.audience
        )

    def amend(self, service: Service) -> None:
        """Put one service in the place of that of the same id, or beside the others. The next load may change it again.

        Where the service tells of a place that is, or is to be, hidden, in a way that was not known before, the whole
        directory is taken in again, since other records may tell the same place; and so it is where the storage has no
        feed of changes. A place that is no longer to be hidden is shown after the next load.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            StaleRecordError: somebody else changed it at the same moment.
        """
        if self._shelf.amend(service):
            self._follower.now(at_once=True)
        else:
            self._take_in_again(service)
        _LOG.info("service %s amended", service.id)

    def disclose(self, record_id: str, *, actor: Actor, reason: str, entity: str = "location") -> None:
        """Show what was hidden before, or only looks like a refuge, now that a person has decided so.

        What is hidden stays hidden, also when a later file no longer says that it is. This is the one way to end it, and
        the log says who did it, and why. It ends nothing that a record of the directory itself hides, outright, now or
        later: that is to be changed in the record.

        Args:
            record_id: id of the location; or of a phone, a contact or an address that was private by itself.
            actor: staff.
            reason: why, as a code, such as `agency-agreed`.
            entity: `location`, `phone`, `contact` or `address`.

        Raises:
            IllegalTransitionError: this role may not.
            InvalidReferralError: the reason is not a code.
            DirectoryNotLoadedError: no directory has been loaded.
            OvertakenError: another one decided at the same moment.
            StaleRecordError: another directory was loaded meanwhile.
        """
        check_role(actor, "disclose_place", Role.STAFF)
        if not CODE.fullmatch(reason):
            message = "the reason is a code, such as agency-agreed: letters, digits and . _ -"
            raise InvalidReferralError(message)
        self._follower.now(at_once=True)
        self._parts.ledger.commit(
            [self._shelf.opening(f"{entity} {record_id}")],
            [Fact(actor=actor, action="disclose_place", to=record_id, because=reason)],
        )
        self._take_in_again()

    def _take_in_again(self, *changed: Service) -> None:
        """Take in the directory anew, with some services in the place of those of the same ids."""
        generation = self._follower.now(at_once=True).generation.number
        records = [*self._shelf.directory(generation).roots(), *changed]
        self.load(Directory.of({(record.entity, record.id): record for record in records}.values()))

    def close(self) -> None:
        """Let go of everything. May be called again."""
        self.storage.close()
        self._follower.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Connector for the {self.audience}, {self._follower}>"

    def _has_term(self, key: str) -> bool:
        return self._follower.now().index.has_term(key)

    def _has_agency(self, key: str) -> bool:
        """Whether the directory has an agency; where none has been loaded, it may have any."""
        generation = self._shelf.current()
        if generation is None or self._shelf.has(generation.number, "organization", key):
            return True
        if generation.records.get("service", 0) <= _FEW_SERVICES:
            return self._shelf.runs_services(generation.number, key)
        return self._follower.now().index.has_agency(key)

    def _source(self, source: Source) -> Source:
        """The source, or what a plugin reads from a file of a form that is its own."""
        if self.plugins is None or isinstance(source, Directory):
            return source
        path = Path(source)
        for importer in self.plugins.importers().values():
            if importer.name != OWN_FORMS and importer.matches(path):
                return importer.read(path)
        return source
