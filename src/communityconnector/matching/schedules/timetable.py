"""What the schedules of an offer together say of a day: a schedule for certain dates outranks one for every week.

- A schedule is *for certain dates* if it names single days, occurs once, or is valid for a month at most while others
  are valid for longer. On its days only it counts.
- A schedule of a month or year that is closed, or has no times ("closed first Friday"), outranks weekly ones likewise.
- A schedule of a season outranks those of the whole year only if they agree. If these are open on a day and it is not,
  it may replace them or add to them, so the answer is unknown.
- Of equal rank, open and closed contradict each other: unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import IntEnum
from functools import lru_cache
from typing import Final

import attrs

from communityconnector.matching.schedules.possible_holidays import possible_holiday
from communityconnector.matching.schedules.recurrence import Holidays, Span, span_on
from communityconnector.matching.schedules.rules import FEW_DAYS, NotUnderstoodError, Parts, Rule, parts

_DAY: Final = timedelta(days=1)
_LONGEST_SEASON: Final = 300
"""Days. A schedule that is valid for longer has the year of its record and is not for a season."""


class _Rank(IntEnum):
    USUAL = 0
    EXCEPTION = 1
    """Closed, or without times, on certain days of the month or year."""
    DATED = 2


@attrs.frozen
class _Standing:
    """The rank of a rule among the others of its offer.

    Attributes:
        rule: the rule.
        rank: what it outranks.
        closed: whether it says when the offer is closed.
        names_days: whether it is for single days.
        run: whether its dates are a run of days, of which only the first is sure.
        bare: whether it has neither times nor words, so that it can only mean closed.
        seasons: the numbers of the rules for a season within the time in which it is valid.
        doubtful_closure: why it is unknown when the offer is closed, or "".
        only_on_holidays: whether it is closed on holidays only.
    """

    rule: Rule
    rank: _Rank = _Rank.USUAL
    closed: bool = False
    names_days: bool = False
    run: bool = False
    bare: bool = False
    seasons: tuple[int, ...] = ()
    doubtful_closure: str = ""
    only_on_holidays: bool = False

    @property
    def speaks_for_itself(self) -> bool:
        """Whether it needs no comparison with others."""
        special = self.rank or self.closed or self.run or self.seasons or self.doubtful_closure
        return not special


@lru_cache(maxsize=65_536)
def _standings(rules: tuple[Rule, ...]) -> tuple[_Standing, ...] | None:
    """Return the ranks of rules; `None` if none needs comparison with others."""
    known = [_known(rule) for rule in rules]
    dated = [
        _is_few_days(rule) if read is None else _is_dated(read)
        for rule, read in zip(rules, known, strict=True)
    ]
    if all(is_dated or read is None or read.closed for is_dated, read in zip(dated, known, strict=True)):
        # Without a usual schedule there is no exception.
        dated = [False] * len(rules)
    standings = tuple(_standing(number, rules[number], known, dated) for number in range(len(rules)))
    return None if all(standing.speaks_for_itself for standing in standings) else standings


def _standing(number: int, rule: Rule, known: Sequence[Parts | None], dated: Sequence[bool]) -> _Standing:
    read, is_dated = known[number], dated[number]
    if read is None:
        # A rule for certain dates that is not understood leaves them unknown, so nothing outranks it.
        rank = _Rank.DATED if is_dated else _Rank.USUAL
        closure = _why(rule) if "CLOSED=" in rule.beyond else ""
        on_holidays = bool(closure) and "HOLIDAYS=" in rule.beyond
        return _Standing(rule, rank, doubtful_closure=closure, only_on_holidays=on_holidays)
    untimed = read.opens is None or read.closes is None
    excepts = read.freq in {"MONTHLY", "YEARLY"} and (read.closed or untimed)
    return _Standing(
        rule,
        _Rank.DATED if is_dated else _Rank.EXCEPTION if excepts else _Rank.USUAL,
        closed=read.closed,
        names_days=_names_days(read),
        run=read.freq is None and read.first != read.last is not None,
        bare=is_dated and not read.closed and read.opens is None and read.closes is None and not read.unsure,
        seasons=tuple(
            other
            for other, season in enumerate(known)
            if season is not None and not dated[other] and not season.closed and _is_season_of(season, read)
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


def _window(read: Parts) -> tuple[date, date]:
    """Return the first and the last day on which a rule may apply."""
    first = max(read.first or date.min, read.valid_from or date.min)
    return first, min(read.last or date.max, read.valid_to or date.max)


def _dates_of(rule: Rule) -> tuple[date, date]:
    """Return the first and the last day of a rule that is not understood, as far as its dates can be read."""
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


def _is_dated(read: Parts) -> bool:
    first, last = _window(read)
    few = date.min < first <= last < date.max and (last - first).days <= FEW_DAYS
    return few or _names_days(read)


def _names_days(read: Parts) -> bool:
    """Return whether a rule is for single days: without a frequency, once, or on a date of every year."""
    once_a_year = read.freq == "YEARLY" and not read.days and not read.byweekno
    return read.freq is None or read.count == 1 or once_a_year


def _is_season_of(season: Parts, usual: Parts) -> bool:
    """Return whether a rule is for a season within the time in which another is valid."""
    (first, last), whole = _window(season), _window(usual)
    if first == date.min or last == date.max or (last - first).days > _LONGEST_SEASON:
        return False
    return whole[0] <= first and last <= whole[1] and (first, last) != whole


def spans_of_day(
    rules: tuple[Rule, ...], day: date, zones: Sequence[tzinfo], holidays: Holidays | None = None
) -> list[Span]:
    """Return what rules say of a day: the spans that begin on it, and the doubts.

    Args:
        rules: the schedules of one offer.
        day: the day, in the zone of each.
        zones: the zone of each.
        holidays: names the days on which the usual hours may not apply.
    """
    standings = _standings(rules)
    if standings is None:
        spans = (span_on(rule, day, zone, holidays) for rule, zone in zip(rules, zones, strict=True))
        return [span for span in spans if span is not None]
    return _Day(standings, day, zones, holidays).spans()


class _Day:
    """What rules of different rank say of a day."""

    def __init__(
        self, standings: Sequence[_Standing], day: date, zones: Sequence[tzinfo], holidays: Holidays | None
    ) -> None:
        self._standings = standings
        self._day = day
        self._zones = zones
        self._spans = [
            self._span(standing, day, zone, holidays) for standing, zone in zip(standings, zones, strict=True)
        ]
        self._rank = max((s.rank for s, span in self._pairs() if span is not None), default=_Rank.USUAL)

    def _span(self, standing: _Standing, day: date, zone: tzinfo, holidays: Holidays | None) -> Span | None:
        if standing.rank is _Rank.DATED and not _in_window(standing.rule, day):
            return None  # Outside its dates, an exception says nothing.
        return span_on(standing.rule, day, zone, None if standing.names_days else holidays)

    def spans(self) -> list[Span]:
        """Return the spans that begin on the day, and the doubts."""
        spans: list[Span] = []
        usual = any(
            span for standing, span in self._pairs() if standing.rank < _Rank.DATED and not standing.closed
        )
        for number, (standing, span) in enumerate(self._pairs()):
            if span is None or standing.rank is not self._rank or (standing.bare and usual):
                continue
            if standing.only_on_holidays:
                continue  # It opens nothing; each span checks what it closes.
            if span.doubt:
                spans.append(span)
            elif not standing.closed:
                doubt = self._doubt(standing, span, usual=usual)
                spans += (
                    [span._replace(doubt=doubt)] if doubt else self._until_closed(span, self._zones[number])
                )
        return spans

    def _pairs(self) -> Iterator[tuple[_Standing, Span | None]]:
        return zip(self._standings, self._spans, strict=True)

    def _doubt(self, standing: _Standing, span: Span, *, usual: bool) -> str:
        """Return why a span of a rule is not sure, or ""."""
        for other, other_span in self._pairs():
            if other.only_on_holidays:
                if holiday := possible_holiday(self._day):
                    return f"closed on holidays, and it is {holiday}"
            elif other.doubtful_closure:
                return other.doubtful_closure
            if other.closed and other_span is not None and other.rank is self._rank:
                return "one schedule says open, another one closed"
        if standing.rank is _Rank.DATED and span.begins + _DAY == span.ends:
            return "from midnight to midnight on a certain day may mean open all day or closed"
        if standing.run and not usual and self._day != parts(standing.rule).first:
            return "other hours are given for some days, perhaps not for this one"
        return "other hours are given for a season" if self._is_otherwise_in_season(standing, span) else ""

    def _is_otherwise_in_season(self, standing: _Standing, span: Span) -> bool:
        seasons = (self._spans[number] for number in standing.seasons)
        return any(
            season.begins > span.begins or season.ends < span.ends
            for season in seasons
            if season is not None and not season.doubt
        )

    def _until_closed(self, span: Span, zone: tzinfo) -> list[Span]:
        """Return a span; if it ends on a day that is closed, it is sure only until midnight."""
        tomorrow = self._day + _DAY
        midnight = datetime.combine(tomorrow, time.min, zone)
        if span.ends <= midnight:
            return [span]
        for standing, own in zip(self._standings, self._zones, strict=True):
            if standing.rank is _Rank.DATED and (standing.closed or standing.bare):
                other = self._span(standing, tomorrow, own, None)
                if other is not None and (standing.bare or not other.doubt):
                    return [span._replace(ends=midnight), Span(midnight, span.ends, "closed on that day")]
        return [span]


def _in_window(rule: Rule, day: date) -> bool:
    read = _known(rule)
    first, last = _dates_of(rule) if read is None else _window(read)
    return first <= day <= last
