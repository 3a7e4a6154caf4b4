"""What a patron's words say about the person and the circumstances."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

SITUATION: Final = "situations"
AGE_GROUP: Final = "age_groups"
ACCESSIBILITY: Final = "accessibility"
BARRIER: Final = "barriers"
TIME: Final = "time"
PLACE: Final = "places"
URGENCY: Final = "urgency"
LANGUAGE: Final = "language"
AGE: Final = "age"
DEADLINE: Final = "deadline"
CHILDREN: Final = "children"
HOUSEHOLD: Final = "household"
CRISIS: Final = "crisis"
"""The urgency where there is danger."""
KINDS: Final = (
    SITUATION, AGE_GROUP, ACCESSIBILITY, BARRIER, TIME, PLACE, URGENCY, LANGUAGE, AGE, DEADLINE, CHILDREN, HOUSEHOLD,
)  # fmt: skip
"""The kinds of cues: the fields of `Cues` that have spans."""


@attrs.frozen(repr=False)
class Cue:
    """One cue, with the words that say it. Its repr shows neither its value nor the words.

    Attributes:
        kind: the field of `Cues` that it belongs to, such as `situations`.
        value: what it says: a name, a code or a number.
        start: where its words begin in the text, in letters.
        end: where they end.
    """

    kind: str
    value: str | int
    start: int
    end: int

    def __repr__(self) -> str:
        return f"Cue({self.kind}, {self.start}-{self.end})"


@attrs.frozen(repr=False)
class Cues:
    """What a patron's words say about the person and the circumstances. A cue excludes no service: it fills in a form.

    The repr shows which fields are set, not their values.

    Attributes:
        age: age in years of the person who needs help.
        age_groups: Infants, Children, Teens, Young Adults, Adults, Seniors.
        language: language wanted or spoken other than English, as ISO 639 code; that of a Spanish text, too.
        accessibility: wheelchair, deaf, blind, interpreter, service-animal.
        situations: names of the situations of Open Eligibility, such as Veterans, Parents, Homeless.
        barriers: no_id, no_car, no_insurance, no_internet, no_phone, no_money, no_address, language, childcare.
        urgency: none, soon (days, a deadline), today, or crisis. Reading cues never gives crisis; a caller that knows of
            danger adds it with `with_danger`.
        time: when it suits: today, tonight, tomorrow, morning, afternoon, evening, daytime, weekend, weekday, and the
            days of the week.
        deadline: the day by which it is needed, as the text names it: friday, "the 1st", "3/2".
        children: the number of children.
        household: the number of people in the household.
        places: places as written, and ZIP codes.
        spans: every cue with its place in the text, in the order of the text.
    """

    age: int | None = None
    age_groups: tuple[str, ...] = ()
    language: str | None = None
    accessibility: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()
    urgency: str = "none"
    time: tuple[str, ...] = ()
    deadline: str | None = None
    children: int | None = None
    household: int | None = None
    places: tuple[str, ...] = ()
    spans: tuple[Cue, ...] = ()

    def with_danger(self, kinds: Iterable[str], spans: Iterable[tuple[int, int]] = ()) -> Cues:
        """Return these cues with urgency `crisis` and the situations that go with the danger; without a kind, these.

        Args:
            kinds: kinds of danger, such as `suicide` or `home_violence`. An unknown one adds no situation.
            spans: where the words of danger stand in the text, as start and end. Every value added gets a cue there.
        """
        # Read at the first danger: importing the cues reads no table.
        from communityconnector.needs.vocabulary import vocabulary

        kinds = tuple(kinds)
        if not kinds:
            return self
        known = vocabulary().dangers
        situations = tuple(
            dict.fromkeys(name for kind in kinds if kind in known for name in known[kind].situations)
        )
        added = [
            Cue(kind, value, start, end)
            for start, end in spans
            for kind, value in ((URGENCY, CRISIS), *((SITUATION, name) for name in situations))
        ]
        return attrs.evolve(
            self,
            urgency=CRISIS,
            situations=tuple(dict.fromkeys((*self.situations, *situations))),
            spans=tuple(
                sorted({*self.spans, *added}, key=lambda cue: (cue.start, cue.end, cue.kind, str(cue.value)))
            ),
        )

    def describe(self) -> str:
        """Return the cues in a few words, to show beside the answer; "" without cues."""
        parts = [f"age {self.age}"] if self.age is not None else [*self.age_groups]
        parts += [f"speaks {self.language}"] if self.language else []
        parts += [
            *self.situations,
            *self.accessibility,
            *(barrier.replace("_", " ") for barrier in self.barriers),
        ]
        parts += [f"{self.children} children"] if self.children else []
        parts += [*self.time, *([f"by {self.deadline}"] if self.deadline else []), *self.places]
        return ", ".join(dict.fromkeys(parts))

    def to_dict(self) -> dict[str, Any]:
        """Return the cues that are set as JSON values, with the places of their words."""
        values = attrs.asdict(self, filter=lambda field, value: value != field.default)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def __repr__(self) -> str:
        return f"Cues({', '.join(sorted({cue.kind for cue in self.spans}))})"
