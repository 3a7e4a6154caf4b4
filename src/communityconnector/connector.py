"""`Connector`, a desk: a stored directory, matches from it, and referrals made of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Literal, Self, Unpack

from communityconnector import needs
from communityconnector.desk import Desk, DeskContext, DispatchReport, DueReferral, Ledger, PurgeReport
from communityconnector.desk.casework.referral_request import EventOptions, ReferOptions
from communityconnector.desk.casework.referring import ReferralTarget
from communityconnector.desk_calendar import reconcile_calendar
from communityconnector.desk_options import (
    DEFAULT_MATCHING,
    AudienceName,
    DeskOptions,
    MatchingOptions,
    MessageOptions,
    ModeName,
    RankName,
    new_id,
    utc_now,
)
from communityconnector.directory_store import Loaded
from communityconnector.directory_store.loading import Columns, Source
from communityconnector.encryption import Keyring
from communityconnector.errors import CommunityConnectorError
from communityconnector.interchange import Mode
from communityconnector.matcher import Matcher
from communityconnector.matching import Explanation, MatchResult, Rank
from communityconnector.matching.engine import NONE_FIRST
from communityconnector.matching.schedules.recurrence import Holidays
from communityconnector.model import Audience, Finding, Point
from communityconnector.model.zips import zip_point
from communityconnector.needs import Lexicon, Need
from communityconnector.notification import Secret
from communityconnector.partners import Partnerships, Visits
from communityconnector.plugin_parts import PartResolver, index_beside
from communityconnector.plugins import Plugins
from communityconnector.referrals import Actor, Event, FollowUp, Policy, Referral
from communityconnector.referrals.mappings import with_words
from communityconnector.referrals.names import EventName
from communityconnector.storage import Storage
from communityconnector.stored_directory import StoredDirectory

_NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})


class Connector:
    """A desk: a directory in storage, matches from it, and referrals made of them.

    Open one with `Connector.open`. It may be shared between threads; a process that forks opens its own. Other
    processes may load and change the directory meanwhile: a desk sees what they did within a second.

    The common calls are methods of the desk itself. Everything else is in named parts, such as `desk.referrals`.

    Example:
        >>> import communityconnector as cc
        >>> with cc.Connector.open() as desk:  # in memory
        ...     loaded = desk.load(cc.sample())
        ...     match = desk.match("soup kitchen", near="28694")[0]
        ...     referral = desk.refer(match, actor=cc.Actor("staff", "desk-2"))
        ...     print(match.service.name, "|", referral.status)
        Sunday Supper | given

    Args:
        storage: where everything is stored; closed with the desk.
        plugins: where parts are looked up by their names. By default those that are built in: other plugins are used
            only if they are allowed, as in `Plugins(allow=["theirs"])`.
        settings: settings that plugins' parts may need.
        index: folder for the indexes; by default one that is deleted with the desk.
        audience: who will see the results. By default the public: confidential places stay hidden.
        matching: how to match.
        messages: how to send messages and take reports; by default nothing is sent.
        policy: what the library has decided about referrals: times, limits, how long records are kept.
        zone: the library's zone, for the directory's wall-clock times, business days and patrons' safe hours. By default
            the policy's.
        holidays: names the days on which the usual hours may not hold, and which are no business days; or the name of a
            calendar. By default the policy's.
        clock: gives the present moment, with a zone.
        secret: makes links and references that cannot be guessed; by default one that is made once and stored.
        keyring: encrypts private data; by default it is stored unencrypted, and deleted.
        ids: gives ids of new referrals, of letters, digits, `-` and `.`.

    Attributes:
        referrals: makes referrals, carries them on and shows them (`desk.casework.referrals.Referrals`).
        messages: sends messages (`desk.messages.messages.Messages`).
        links: shows what links in messages lead to, and takes answers by them (`desk.inbound.link_replies.Links`).
        webhooks: takes reports by web hooks (`desk.inbound.webhook_receiver.Webhooks`).
        privacy: answers for what is stored about patrons (`desk.retention.privacy.Privacy`).
        statistics: counts referrals and unmet needs (`desk.reporting.statistics.Statistics`).
        audit: the log of who did what; `audit.verify()` checks whether it is whole.
        directory: reads and changes the stored directory (`stored_directory.StoredDirectory`).
        partnerships: what the library knows of its partners (`partners.Partnerships`).
        visits: who comes to which branch, and who is in the building (`partners.Visits`).

    Raises:
        InvalidSettingsError: there is no such zone, or the policy has another zone or other holidays than were given.
        PluginError: no part has such a name.
    """

    def __init__(  # noqa: PLR0913  # each a part that a host may replace, all with a default
        self,
        storage: Storage,
        *,
        plugins: Plugins | None = None,
        settings: Mapping[str, str] = _NO_SETTINGS,
        index: str | os.PathLike[str] | None = None,
        audience: Audience | AudienceName = Audience.PUBLIC,
        matching: MatchingOptions = DEFAULT_MATCHING,
        messages: MessageOptions | None = None,
        policy: Policy | None = None,
        zone: str | tzinfo | None = None,
        holidays: Holidays | str | None = None,
        clock: Callable[[], datetime] = utc_now,
        secret: Secret | None = None,
        keyring: Keyring | None = None,
        ids: Callable[[], str] = new_id,
    ) -> None:
        self.plugins = plugins or Plugins(entry_points=False)
        self.storage = storage
        self.audience = Audience(audience)
        parts = PartResolver(self.plugins, settings)
        messages = messages or MessageOptions()
        policy, calendar = reconcile_calendar(policy or Policy(), zone, parts.holidays(holidays))
        geocoder = parts.geocoder(matching.geocoder)
        ledger = Ledger(storage, policy=policy, clock=clock, secret=secret, keyring=keyring, ids=ids)
        self.directory = StoredDirectory(
            ledger,
            parts,
            make_matcher=partial(
                Matcher,
                audience=self.audience,
                geocoder=geocoder,
                interpreter=parts.interpreter(matching.interpreter),
                zone=policy.zone,
                clock=clock,
                weights=matching.weights,
                rerankers=tuple(parts.rerankers(matching.rerankers)),
                holidays=calendar,
                cues=matching.cues,
            ),
            folder=None if index is None else Path(index),
            audience=self.audience,
            lexicon=None if matching.vocabulary is None else Lexicon(matching.vocabulary),
            locate=zip_point if geocoder is None else geocoder.locate,
        )
        desk = Desk(
            DeskContext(
                ledger=ledger,
                find_service=self.directory.summarize,
                letterhead=messages.letterhead,
                notifiers=parts.notifiers(messages.notifiers),
                vocabulary=matching.vocabulary or needs.vocabulary(),
                random=messages.random,
                has_term=self.directory.has_term,
                has_agency=self.directory.has_agency,
                senders=messages.webhook_senders,
                words=with_words(*parts.status_words(messages.status_words)),
            )
        )
        self.referrals = desk.referrals
        self.messages = desk.messages
        self.links = desk.links
        self.webhooks = desk.webhooks
        self.privacy = desk.privacy
        self.statistics = desk.statistics
        self.audit = desk.audit
        self.partnerships = Partnerships(storage, clock)
        self.visits = Visits(storage, clock, calendar)

    @classmethod
    def open(cls, url: str | None = None, *, create: bool = False, **options: Unpack[DeskOptions]) -> Self:
        """Open the desk at a URL.

        Args:
            url: where its storage is, such as `sqlite:///desk.db`; by default in memory, gone with the desk.
            create: whether to make the storage if there is none. By default that is an error, so that a misspelt URL
                opens no empty desk.
            **options: the other arguments of `Connector`. The folder for the indexes is by default beside a SQLite file,
                in a folder of the same name with `.index`; for other storages it is deleted with the desk, so that the
                index is built anew whenever one is opened.

        Raises:
            StorageNotFoundError: there is no storage, and none was to be made.
            UnusableStorageError: it is not the URL of a storage, or what is there cannot be used.
            MigrationNeededError: an older version made it.
            StorageError: the database cannot be reached.
            PluginError: no part has such a name.
            InvalidSettingsError: settings cannot be used, or zone or holidays are unknown.
        """
        plugins = options.get("plugins") or Plugins(entry_points=False)
        options["plugins"] = plugins
        storage = PartResolver(plugins, options.get("settings", _NO_SETTINGS)).storage(url, create=create)
        try:
            if options.get("index") is None:
                options["index"] = index_beside(url)
            return cls(storage, **options)
        except CommunityConnectorError:
            storage.close()
            raise

    # The directory

    def load(  # noqa: PLR0913  # what `read` takes, and what to do with missing records
        self,
        source: Source,
        *,
        mode: Mode | ModeName = Mode.REPAIR,
        mapping: Columns = None,
        drop_missing: bool = False,
        on_finding: Callable[[Finding], object] | None = None,
        on_progress: Callable[[Literal["stored", "indexed"], int], object] | None = None,
    ) -> Loaded:
        """Load a directory into the storage, and index it. Until all of it is there, the old one is used.

        A load that was cut off goes on where it was when the same file is loaded again. A large ndjson file is read by
        as many processes as there are cores, four at most; they have ended when the load has.

        Args:
            source: a directory, or a file or folder that `read` can read, of any size.
            mode: how to read (`read`).
            mapping: what the columns of a spreadsheet mean.
            drop_missing: whether to delete records that the source does not hold. By default they are kept.
            on_finding: takes each finding as it is made.
            on_progress: takes `stored` or `indexed`, and how many records were, now and then.

        Raises:
            SourceNotFoundError: there is no such file, or it may not be opened.
            InvalidDirectoryError: in mode `strict`, if there was any error. Nothing has changed.
            InvalidMappingError: the mapping is invalid.
            StaleRecordError: another directory was loaded meanwhile; that one counts.
            LoadCutOffError: a process that was reading the file was ended.
        """
        return self.directory.load(
            source,
            mode=mode,
            mapping=mapping,
            drop_missing=drop_missing,
            on_finding=on_finding,
            on_progress=on_progress,
        )

    def match(  # noqa: PLR0913  # what `Matcher.match` takes, with a place for a text
        self,
        need: Need | str,
        *,
        near: str | Point | None = None,
        limit: int | None = 10,
        offset: int = 0,
        rank: Rank | RankName = Rank.SCORE,
        per_agency: int | None = None,
        branch: str | None = None,
    ) -> MatchResult:
        """Find the services that fit a need, best first, each with its reasons (see `Matcher.match`).

        Args:
            need: what the patron needs; a text is enough.
            near: where from, if the need does not say.
            limit: most matches to give; `None` for all.
            offset: how many of the best to skip.
            rank: the order.
            per_agency: how many matches of one organization come before others get a turn.
            branch: the branch where the patron is, as `visits` names it. Services that visit it today come first, each
                with a reason `visiting`; no score changes.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            PlaceNotFoundError: the place is unknown.
            InvalidNeedError: a number is negative.
        """
        first = NONE_FIRST if branch is None else self.visits.reasons(branch)
        return self.matcher.match(
            need, near=near, limit=limit, offset=offset, rank=rank, per_agency=per_agency, first=first
        )

    def explain(
        self, need: Need | str, service_id: str, *, near: str | Point | None = None
    ) -> tuple[Explanation, ...]:
        """Explain why a service fits a need, or why not: every criterion's answer, one explanation an offer.

        Args:
            need: what the patron needs; a text is enough.
            service_id: id of the service.
            near: where from, if the need does not say.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            ServiceNotFoundError: the directory has no such service.
            PlaceNotFoundError: the place is unknown.
        """
        return self.matcher.explain(need, service_id, near=near)

    @property
    def matcher(self) -> Matcher:
        """The matcher of the directory as it is now, for all else that `Matcher` does.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
        """
        return self.directory.matcher

    def export(self, path: str | os.PathLike[str], *, format: str | None = None) -> tuple[Finding, ...]:  # noqa: A002  # the command line's word
        """Write the directory to a file or folder, as the desk's audience may see it.

        Args:
            path: where to; what was there is replaced.
            format: the name of an exporter, of a plugin or built in (`Plugins.exporters`). By default HSDS 3.2, in the
                form that the path's name ends in (`write`).

        Returns:
            Findings of what the form cannot hold.

        Raises:
            DirectoryNotLoadedError: no directory has been loaded.
            PluginError: there is no exporter of that name.
            UnknownFormError: the path's name fits no form.
        """
        return self.directory.export(path, format=format)

    # Referrals

    def refer(self, to: ReferralTarget, *, actor: Actor, **options: Unpack[ReferOptions]) -> Referral:
        """Refer a patron to a service (see `Referrals.refer`)."""
        return self.referrals.refer(to, actor=actor, **options)

    def record_event(
        self, referral_id: str, event: Event | EventName, *, actor: Actor, **options: Unpack[EventOptions]
    ) -> Referral:
        """Record what happened to a referral (see `Referrals.record_event`)."""
        return self.referrals.record_event(referral_id, event, actor=actor, **options)

    def follow_up(
        self, referral_id: str, answer: FollowUp, *, actor: Actor, at: datetime | None = None
    ) -> Referral:
        """Record a patron's answer of how it went (see `Referrals.follow_up`)."""
        return self.referrals.follow_up(referral_id, answer, actor=actor, at=at)

    def due(self, now: datetime | None = None) -> tuple[DueReferral, ...]:
        """List tasks that are due and not done (see `Referrals.due`)."""
        return self.referrals.due(now)

    def dispatch_once(self, limit: int = 100, *, stop: threading.Event | None = None) -> DispatchReport:
        """Send messages that are due, and return (see `Messages.dispatch_once`)."""
        return self.messages.dispatch_once(limit, stop=stop)

    def purge(self, now: datetime | None = None, *, dry_run: bool = False, wipe: bool = True) -> PurgeReport:
        """Delete records past their retention date (see `Privacy.purge`)."""
        return self.privacy.purge(now, dry_run=dry_run, wipe=wipe)

    def close(self) -> None:
        """Close the storage, and release the index. May be called again."""
        self.storage.close()
        self.directory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Connector for the {self.audience}, {self.directory!r}>"
