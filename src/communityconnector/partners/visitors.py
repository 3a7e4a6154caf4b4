"""Who comes to the library, as its desk keeps it; and who is in the building."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from communityconnector.errors import VisitNotFoundError
from communityconnector.matching import Reason, clock_words
from communityconnector.matching.answers import met, unknown
from communityconnector.matching.recurrence import Holidays
from communityconnector.partners.kept import Kept
from communityconnector.partners.visit import Occurrence, Visit
from communityconnector.storage import Storage

_BACK: Final = timedelta(days=2)
"""A visit that is going on began no longer ago than so: the longest lasts a day, and one day may have 25 hours."""


class Visitors:
    """The visits of one desk (`Connector.visitors`). It may be shared between threads.

    Args:
        storage: where they are kept.
        clock: gives the present moment, with a zone.
        holidays: names the days on which a visitor may not come.
    """

    def __init__(
        self, storage: Storage, clock: Callable[[], datetime], holidays: Holidays | None = None
    ) -> None:
        self._clock = clock
        self._holidays = holidays
        self._kept: Kept[Visit] = Kept(
            storage,
            "visit",
            lambda one: one.id,
            Visit.to_dict,
            Visit.from_dict,
            lambda one: {"branch": one.branch},
            VisitNotFoundError,
        )

    def put(self, visit: Visit) -> Visit:
        """Keep a visit, new or changed.

        Args:
            visit: as `get` gave it, with what has changed (`attrs.evolve`); or a new one.

        Returns:
            The same with its new version, to go on with.

        Raises:
            StaleRecordError: somebody else has changed it since it was read. Nothing was written: read it again.
        """
        return self._kept.put(visit)

    def get(self, key: str) -> Visit:
        """The visit of an id.

        Raises:
            VisitNotFoundError: none is kept.
        """
        return self._kept.get(key)

    def all(self, branch: str | None = None) -> list[Visit]:
        """All visits in the order of their ids, or those to a branch."""
        return list(self._kept.scan("branch", branch))

    def remove(self, visit: Visit) -> None:
        """Forget a visit.

        Args:
            visit: as `get` gave it.

        Raises:
            StaleRecordError: somebody else has changed it since it was read, or it is gone.
        """
        self._kept.remove(visit)

    def visits(self, branch: str, first: date | datetime, last: date | datetime) -> list[Occurrence]:
        """Who comes to a branch, in order of time; who come together, in order of the visits' ids.

        Args:
            branch: which, as the visits have it.
            first: the moment from which on visits that begin count, with a zone; or a day, from its beginning.
            last: the moment before which: visits that begin then are no longer among them.
        """
        found = [
            one
            for visit in self._kept.scan("branch", branch)
            for one in visit.occurrences(first, last, self._holidays)
        ]
        return sorted(found, key=lambda one: one.order)

    def visiting(self, branch: str, moment: datetime | None = None) -> list[Occurrence]:
        """Who is in the building.

        Args:
            branch: which, as the visits have it.
            moment: when, with a zone; by default now.
        """
        now = self._clock() if moment is None else moment
        return [one for one in self.visits(branch, now - _BACK, _after(now)) if one.covers(now)]

    def today(self, branch: str, moment: datetime | None = None) -> list[Occurrence]:
        """Who is in the building, and who is still to come on this day, in order of time.

        Args:
            branch: which, as the visits have it.
            moment: when, with a zone; by default now.
        """
        now = self._clock() if moment is None else moment
        found = self.visits(branch, now - _BACK, now + _BACK)
        return [one for one in found if one.covers(now) or _is_later_today(one, now)]

    def reasons(self, branch: str, moment: datetime | None = None) -> dict[str, Reason]:
        """Why services should come first at a branch today, by their ids (`Matcher.match(..., first=...)`).

        Args:
            branch: which, as the visits have it.
            moment: when, with a zone; by default now.
        """
        now = self._clock() if moment is None else moment
        found = self.today(branch, now)
        # Where somebody comes twice, the first time counts, but not before one of which nobody must ask.
        found.sort(key=lambda one: one.holiday != "")
        reasons: dict[str, Reason] = {}
        for one in found:
            for key in one.visit.service_ids:
                if key not in reasons:
                    reasons[key] = _reason(one, now)
        return reasons


def _after(moment: datetime) -> datetime:
    """The first moment after another: what begins at a moment is going on at it."""
    return moment.astimezone(UTC) + timedelta(microseconds=1)


def _is_later_today(one: Occurrence, moment: datetime) -> bool:
    begins = one.begins.astimezone(UTC)
    return (
        begins > moment.astimezone(UTC) and one.begins.date() == moment.astimezone(one.begins.tzinfo).date()
    )


def _reason(one: Occurrence, moment: datetime) -> Reason:
    """What staff can read out, and what it rests on."""
    visit = one.visit
    evidence = {
        "visit_id": visit.id,
        "branch": visit.branch,
        "opens_at": f"{one.begins:%H:%M}",
        "closes_at": f"{one.ends:%H:%M}",
        "sign_up": visit.sign_up,
    }
    sign_up = "; one must sign up first" if visit.sign_up else ""
    if one.holiday:
        hours = clock_words.span(one.begins, one.ends)
        text = f"Ask whether the {visit.role} comes today from {hours} (it is {one.holiday}){sign_up}"
        return unknown("visiting", text, **evidence, holiday=one.holiday)
    now = one.covers(moment)
    when = f"until {clock_words.clock(one.ends)}" if now else f"from {clock_words.span(one.begins, one.ends)}"
    return met("visiting", f"The {visit.role} is in the building today {when}{sign_up}", **evidence)
