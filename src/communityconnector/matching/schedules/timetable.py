"""What the schedules of an offer say of a day together: a schedule for certain dates outranks one for every week.

- A schedule is *for certain dates* where it names single days, occurs once, or holds for a month at most while others
  hold for longer. On its days the others say nothing: it is closed, or open as it says.
- A schedule of a month or year that is closed, or has no times ("closed first Friday"), outranks weekly ones likewise.
- A schedule of a season outranks those of the whole year only where it agrees: where these are open on a day that it
  names, and it is not, it may stand in their place or beside them, so that is unknown.
- Of equal rank, open and closed contradict each other: unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.matching.schedules.holidays_kept import perhaps_a_holiday
from communityconnector.matching.schedules.recurrence import Holidays, Span, span_on
from communityconnector.matching.schedules.rules import FEW_DAYS, NotUnderstoodError, Parts, Rule, parts

_DAY: Final = timedelta(days=1)
_LONGEST_SEASON: Final = 300
"""Days; what is valid for longer was stamped with the year of its record, and is no season."""


class _Rank(IntEnum):
    USUAL = 0
    EXCEPTION = 1
    """Closed, or without times, on certain days of the month or year."""
    DATED = 2


@attrs.frozen
class _Standing:
    """How a rule stands among the others of its offer.

    Attributes:
        rule: the rule.
        rank: what it outranks.
        closed: whether it says when it is closed.
        names_days: whether it is for single days, whatever they are otherwise.
        run: whether its dates are a run of days, of which only the first is sure.
        bare: whether it has neither times nor words, so that it can only mean that it is closed.
        seasons: numbers of the rules that hold for a season within the time for which it holds.
        is_doubtful_closure: why it cannot be said when it is closed, or "".
        only_on_holidays: whether that can only be on holidays.
    """

    rule: Rule
    rank: _Rank = _Rank.USUAL
    closed: bool = False
    names_days: bool = False
    run: bool = False
    bare: bool = False
    seasons: tuple[int, ...] = ()
    is_doubtful_closure: str = ""
    only_on_holidays: bool = False

    @property
    def speaks_for_itself(self) -> bool:
        """Whether it stands beside others of its kind without more."""
        special = self.rank or self.closed or self.run or self.seasons or self.is_doubtful_closure
        return not special


@lru_cache(maxsize=65_536)
def _standings(rules: tuple[Rule, ...]) -> tuple[_Standing, ...] | None:
    """How rules stand to each other; `None` where each speaks for itself."""
    known = [_known(rule) for rule in rules]
    dated = [
        _is_few_days(rule) if found is None else _is_dated(found)
        for rule, found in zip(rules, known, strict=True)
    ]
    if all(is_dated or found is None or found.closed for is_dated, found in zip(dated, known, strict=True)):
        # An exception needs a rule: without one, its dates are all that there is.
        dated = [False] * len(rules)
    standings = tuple(_standing(number, rules[number], known, dated) for number in range(len(rules)))
    return None if all(standing.speaks_for_itself for standing in standings) else standings


def _standing(number: int, rule: Rule, known: Sequence[Parts | None], dated: Sequence[bool]) -> _Standing:
    found, is_dated = known[number], dated[number]
    if found is None:
        # What is not understood for certain dates is not outranked on them: nothing is sure then.
        rank = _Rank.DATED if is_dated else _Rank.USUAL
        closure = _why(rule) if "CLOSED=" in rule.beyond else ""
        on_holidays = bool(closure) and "HOLIDAYS=" in rule.beyond
        return _Standing(rule, rank, is_doubtful_closure=closure, only_on_holidays=on_holidays)
    untimed = found.opens is None or found.closes is None
    excepts = found.freq in {"MONTHLY", "YEARLY"} and (found.closed or untimed)
    return _Standing(
        rule,
        _Rank.DATED if is_dated else _Rank.EXCEPTION if excepts else _Rank.USUAL,
        closed=found.closed,
        names_days=_names_days(found),
        run=found.freq is None and found.first != found.last is not None,
        bare=is_dated
        and not found.closed
        and found.opens is None
        and found.closes is None
        and not found.unsure,
        seasons=tuple(
            other
            for other, season in enumerate(known)
            if season is not None and not dated[other] and not season.closed and _is_season_of(season, found)
        ),
    )


def _known(rule: Rule) -> Parts | None:
    try:
        return parts(rule)
    except NotUnderstoodError:
        return None


def _why(rule: Rule) -> str:
    try:
        parts(rule)
    except NotUnderstoodError as reason:
        return str(reason)
    return ""


def _window(found: Parts) -> tuple[date, date]:
    """The first and the last day on which a rule may say anything."""
    first = max(found.first or date.min, found.valid_from or date.min)
    return first, min(found.last or date.max, found.valid_to or date.max)


def _dates_of(rule: Rule) -> tuple[date, date]:
    """The first and the last day of a rule that is not understood, as far as its dates can be read."""
    begins = [day for text in (rule.dtstart, rule.valid_from) if (day := _day_of(text))]
    ends = [day for text in (rule.until, rule.valid_to) if (day := _day_of(text))]
    return max(begins, default=date.min), min(ends, default=date.max)


def _day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _is_few_days(rule: Rule) -> bool:
    first, last = _dates_of(rule)
    return date.min < first <= last < date.max and (last - first).days <= FEW_DAYS


def _is_dated(found: Parts) -> bool:
    first, last = _window(found)
    few = date.min < first <= last < date.max and (last - first).days <= FEW_DAYS
    return few or _names_days(found)


def _names_days(found: Parts) -> bool:
    """Whether a rule is for single days: without a frequency, once, or on a date of every year."""
    once_a_year = found.freq == "YEARLY" and not found.days and not found.byweekno
    return found.freq is None or found.count == 1 or once_a_year


def _is_season_of(season: Parts, usual: Parts) -> bool:
    """Whether a rule holds for a season within the time for which another one holds."""
    (first, last), whole = _window(season), _window(usual)
    if first == date.min or last == date.max or (last - first).days > _LONGEST_SEASON:
        return False
    return whole[0] <= first and last <= whole[1] and (first, last) != whole


def said_on(
    rules: tuple[Rule, ...], day: date, zones: Sequence[tzinfo], holidays: Holidays | None = None
) -> list[Span]:
    """What rules say of a day: the spans that begin on it, and the doubts.

    Args:
        rules: the hours of one offer.
        day: the day, by the clock of each.
        zones: the zone of each.
        holidays: names the days on which the usual hours may not hold.
    """
    standings = _standings(rules)
    if standings is None:
        found = (span_on(rule, day, zone, holidays) for rule, zone in zip(rules, zones, strict=True))
        return [span for span in found if span is not None]
    return _Day(standings, day, zones, holidays).spans()


class _Day:
    """What rules of different rank say of a day."""

    def __init__(
        self, standings: Sequence[_Standing], day: date, zones: Sequence[tzinfo], holidays: Holidays | None
    ) -> None:
        self._standings = standings
        self._day = day
        self._zones = zones
        self._said = [
            self._word(standing, day, zone, holidays) for standing, zone in zip(standings, zones, strict=True)
        ]
        self._rank = max((s.rank for s, said in self._words() if said is not None), default=_Rank.USUAL)

    def _word(self, standing: _Standing, day: date, zone: tzinfo, holidays: Holidays | None) -> Span | None:
        if standing.rank is _Rank.DATED and not _in_window(standing.rule, day):
            return None  # Out of its time, an exception says nothing.
        return span_on(standing.rule, day, zone, None if standing.names_days else holidays)

    def spans(self) -> list[Span]:
        """The spans that begin on the day, and the doubts."""
        found: list[Span] = []
        usual = any(
            said for standing, said in self._words() if standing.rank < _Rank.DATED and not standing.closed
        )
        for number, (standing, said) in enumerate(self._words()):
            if said is None or standing.rank is not self._rank or (standing.bare and usual):
                continue
            if standing.only_on_holidays:
                continue  # It opens nothing; what it closes is looked at for each span.
            if said.doubt:
                found.append(said)
            elif not standing.closed:
                doubt = self._doubt(standing, said, usual=usual)
                found += (
                    [said._replace(doubt=doubt)] if doubt else self._until_closed(said, self._zones[number])
                )
        return found

    def _words(self) -> Iterator[tuple[_Standing, Span | None]]:
        return zip(self._standings, self._said, strict=True)

    def _doubt(self, standing: _Standing, said: Span, *, usual: bool) -> str:
        """What stands against a span that a rule gives."""
        for other, word in self._words():
            if other.only_on_holidays:
                if kept := perhaps_a_holiday(self._day):
                    return f"closed on holidays, and it is {kept}"
            elif other.is_doubtful_closure:
                return other.is_doubtful_closure
            if other.closed and word is not None and other.rank is self._rank:
                return "one schedule says open, another one closed"
        if standing.rank is _Rank.DATED and said.begins + _DAY == said.ends:
            return "from midnight to midnight on a certain day may mean open all day or closed"
        if standing.run and not usual and self._day != parts(standing.rule).first:
            return "other hours are given for some days, perhaps not for this one"
        return "other hours are given for a season" if self._is_otherwise_in_season(standing, said) else ""

    def _is_otherwise_in_season(self, standing: _Standing, said: Span) -> bool:
        seasons = (self._said[number] for number in standing.seasons)
        return any(
            season.begins > said.begins or season.ends < said.ends
            for season in seasons
            if season is not None and not season.doubt
        )

    def _until_closed(self, said: Span, zone: tzinfo) -> list[Span]:
        """A span that goes on into a day which is closed is sure until midnight only."""
        tomorrow = self._day + _DAY
        midnight = datetime.combine(tomorrow, time.min, zone)
        if said.ends <= midnight:
            return [said]
        for standing, own in zip(self._standings, self._zones, strict=True):
            if standing.rank is _Rank.DATED and (standing.closed or standing.bare):
                other = self._word(standing, tomorrow, own, None)
                if other is not None and (standing.bare or not other.doubt):
                    return [said._replace(ends=midnight), Span(midnight, said.ends, "closed on that day")]
        return [said]


def _in_window(rule: Rule, day: date) -> bool:
    found = _known(rule)
    first, last = _dates_of(rule) if found is None else _window(found)
    return first <= day <= last
