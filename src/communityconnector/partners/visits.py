"""The visits that a desk stores, and who is in the building."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from communityconnector.errors import VisitNotFoundError
from communityconnector.matching import Reason
from communityconnector.matching.answers import met, unknown
from communityconnector.matching.schedules import clock_words
from communityconnector.matching.schedules.recurrence import Holidays
from communityconnector.partners.repository import RecordRepository
from communityconnector.partners.visit import Occurrence, Visit
from communityconnector.storage import Storage

_BACK: Final = timedelta(days=2)
"""A current visit began no longer ago than this: the longest lasts a day, and a day may have 25 hours."""


class Visits:
    """The visits of one desk (`Connector.visits`). It may be shared between threads.

    Args:
        storage: the storage.
        clock: returns the current time, with a time zone.
        holidays: names the days on which a visitor may not come.
    """

    def __init__(
        self, storage: Storage, clock: Callable[[], datetime], holidays: Holidays | None = None
    ) -> None:
        self._clock = clock
        self._holidays = holidays
        self._records: RecordRepository[Visit] = RecordRepository(
            storage,
            "visit",
            lambda visit: visit.id,
            Visit.to_dict,
            Visit.from_dict,
            lambda visit: {"branch": visit.branch},
            VisitNotFoundError,
        )

    def put(self, visit: Visit) -> Visit:
        """Store a visit, new or changed.

        Args:
            visit: as `get` returned it, with changes (`attrs.evolve`), or a new one.

        Returns:
            The same with its new version, for further changes.

        Raises:
            StaleRecordError: another writer has changed it since it was read. Nothing was written: read it again.
        """
        return self._records.put(visit)

    def get(self, key: str) -> Visit:
        """Return the visit with an id.

        Raises:
            VisitNotFoundError: no such visit is stored.
        """
        return self._records.get(key)

    def all(self, branch: str | None = None) -> list[Visit]:
        """Return all visits, or those to a branch, in the order of their ids."""
        return list(self._records.scan("branch", branch))

    def remove(self, visit: Visit) -> None:
        """Delete a visit.

        Args:
            visit: as `get` returned it.

        Raises:
            StaleRecordError: another writer has changed it since it was read, or it is already deleted.
        """
        self._records.remove(visit)

    def between(self, branch: str, first: date | datetime, last: date | datetime) -> list[Occurrence]:
        """Return the occurrences of visits to a branch, by time and then by id.

        Args:
            branch: the branch, as written in its visits.
            first: the moment, with a time zone, or the day from which on they begin.
            last: the moment or day before which they begin.
        """
        occurrences = [
            occurrence
            for visit in self._records.scan("branch", branch)
            for occurrence in visit.occurrences(first, last, self._holidays)
        ]
        return sorted(occurrences, key=lambda occurrence: occurrence.order)

    def visiting(self, branch: str, moment: datetime | None = None) -> list[Occurrence]:
        """Return the visits that are going on.

        Args:
            branch: the branch, as written in its visits.
            moment: the moment, with a time zone; by default now.
        """
        now = self._clock() if moment is None else moment
        occurrences = self.between(branch, now - _BACK, _after(now))
        return [occurrence for occurrence in occurrences if occurrence.covers(now)]

    def today(self, branch: str, moment: datetime | None = None) -> list[Occurrence]:
        """Return the visits that are going on and those that begin later on this day, by time.

        Args:
            branch: the branch, as written in its visits.
            moment: the moment, with a time zone; by default now.
        """
        now = self._clock() if moment is None else moment
        occurrences = self.between(branch, now - _BACK, now + _BACK)
        return [
            occurrence
            for occurrence in occurrences
            if occurrence.covers(now) or _is_later_today(occurrence, now)
        ]

    def reasons(self, branch: str, moment: datetime | None = None) -> dict[str, Reason]:
        """Return why services should come first at a branch today, by service id (`Matcher.match(..., first=...)`).

        Args:
            branch: the branch, as written in its visits.
            moment: the moment, with a time zone; by default now.
        """
        now = self._clock() if moment is None else moment
        # Of several visits the first counts, and one that is certain counts before one that a holiday puts in doubt.
        occurrences = sorted(self.today(branch, now), key=lambda occurrence: occurrence.holiday != "")
        reasons: dict[str, Reason] = {}
        for occurrence in occurrences:
            for service_id in occurrence.visit.service_ids:
                if service_id not in reasons:
                    reasons[service_id] = _reason(occurrence, now)
        return reasons


def _after(moment: datetime) -> datetime:
    """Return the next moment, so that a visit that begins at `moment` is included."""
    return moment.astimezone(UTC) + timedelta(microseconds=1)


def _is_later_today(occurrence: Occurrence, moment: datetime) -> bool:
    begins = occurrence.begins
    return begins.astimezone(UTC) > moment.astimezone(UTC) and (
        begins.date() == moment.astimezone(begins.tzinfo).date()
    )


def _reason(occurrence: Occurrence, moment: datetime) -> Reason:
    """Return a reason that staff can read aloud, with its evidence."""
    visit = occurrence.visit
    evidence = {
        "visit_id": visit.id,
        "branch": visit.branch,
        "opens_at": f"{occurrence.begins:%H:%M}",
        "closes_at": f"{occurrence.ends:%H:%M}",
        "sign_up": visit.sign_up,
    }
    sign_up = "; sign-up required" if visit.sign_up else ""
    hours = clock_words.span(occurrence.begins, occurrence.ends)
    if occurrence.holiday:
        text = f"Ask whether the {visit.role} comes today from {hours} (it is {occurrence.holiday}){sign_up}"
        return unknown("visiting", text, **evidence, holiday=occurrence.holiday)
    when = f"until {clock_words.clock(occurrence.ends)}" if occurrence.covers(moment) else f"from {hours}"
    return met("visiting", f"The {visit.role} is in the building today {when}{sign_up}", **evidence)
