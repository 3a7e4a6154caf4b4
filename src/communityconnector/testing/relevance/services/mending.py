"""What to mend in a directory: what the wrong answers have in common, and what their records leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from communityconnector.matching import Answer
from communityconnector.model import Directory, Service
from communityconnector.testing.relevance.services.bm25 import categories_of
from communityconnector.testing.relevance.services.judging import JudgedAnswer, ShownService
from communityconnector.testing.relevance.services.measured import FIRST

_SILENT: Final[Mapping[str, Callable[[Service], bool]]] = {
    "do not state the area that they serve (service_area)": lambda service: (
        not service.service_areas and not any(link.service_areas for link in service.service_at_locations)
    ),
    "have no category (taxonomy term)": lambda service: not categories_of(service),
    "do not say whom they are for (eligibility_description, ages)": lambda service: (
        not service.eligibility_description and service.minimum_age is None and service.maximum_age is None
    ),
}
"""What a record may leave out that would have kept it from a wrong answer."""


@attrs.frozen(repr=False)
class WrongAnswer:
    """A service that is no help, shown among the first as being for what is needed.

    Attributes:
        answer: the need with what is shown for it.
        rank: its place, from 1.
        service: the service.
        note: why it is wrong, in the judge's words; "" if the judge gave no reason.
    """

    answer: JudgedAnswer
    rank: int
    service: ShownService
    note: str

    def __repr__(self) -> str:
        return f"<WrongAnswer {self.service.service_id!r} to {self.answer.need!r}>"


def wrong_answers(answers: Iterable[JudgedAnswer]) -> tuple[WrongAnswer, ...]:
    """Return the services with grade 0 that are shown as met among the first five."""
    return tuple(
        WrongAnswer(answer, rank, service, answer.need.notes.get(service.service_id, ""))
        for answer in answers
        for rank, service in enumerate(answer.services[:FIRST], 1)
        if service.is_met and answer.need.grades.get(service.service_id) == 0
    )


_MOST_NOTES: Final = 8
"""The number of notes that are counted: the commonest."""


def mends(wrong: Iterable[WrongAnswer], directory: Directory) -> Iterator[str]:
    """Yield what wrong answers have in common, the commonest first: as judges say, then as their records leave out.

    Args:
        wrong: the wrong answers.
        directory: the directory.
    """
    all_wrong = tuple(wrong)
    whole = len(all_wrong)
    if not whole:
        return
    noun = "wrong answer" if whole == 1 else "wrong answers"
    notes = Counter(each.note for each in all_wrong if each.note)
    for note, count in sorted(notes.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_NOTES]:
        yield f"{count} of {whole} {noun}: {note}"
    asked = Counter(
        reason.criterion
        for each in all_wrong
        for reason in each.service.reasons
        if reason.answer is Answer.UNKNOWN
    )
    for criterion, count in sorted(asked.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{count} of {whole} {noun}: the record leaves {criterion} open"
    records = [directory.services.get(each.service.service_id) for each in all_wrong]
    silent = {
        words: sum(record is not None and lacks(record) for record in records)
        for words, lacks in _SILENT.items()
    }
    for words, count in sorted(silent.items(), key=lambda pair: -pair[1]):
        if count:
            yield f"{count} of {whole} {noun} {words}"
