"""A report for the people who keep a directory: how right its answers are, and what to mend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from html import escape
from typing import Final

import attrs

from communityconnector.matching import Answer
from communityconnector.matching.answers import kind_of
from communityconnector.model import Directory
from communityconnector.testing.relevance.groups import Comparison, of_groups, of_measures
from communityconnector.testing.relevance.measures import ndcg
from communityconnector.testing.relevance.services.calibration import Calibration
from communityconnector.testing.relevance.services.judging import JudgedAnswer, ShownService
from communityconnector.testing.relevance.services.measured import FIRST, MEASURES, is_answerable
from communityconnector.testing.relevance.services.mending import mends, wrong_answers
from communityconnector.testing.relevance.services.scores import ServiceScores
from communityconnector.testing.relevance.tables import Cells, aligned, markdown

MOST_EXAMPLES: Final = 10
"""The largest number of needs and services of each kind that a report shows."""
_FIRST_REASONS: Final = 4
_TITLES: Final = {measure.name: measure.title for measure in MEASURES}


class Form(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


@attrs.frozen
class Section:
    """A part of a report.

    Attributes:
        title: its heading.
        rows: its table; empty for none.
        lines: its list; empty for none.
        level: the level of its heading: 2, or 3 for a part of the section before it.
    """

    title: str
    rows: Cells = attrs.field(factory=list)
    lines: tuple[str, ...] = ()
    level: int = 2

    def as_text(self) -> str:
        """Return it as plain text."""
        body = [aligned(self.rows)] if self.rows else [f"- {line}" for line in self.lines]
        return "\n".join([f"{self.title}:", *body])

    def as_markdown(self) -> str:
        """Return it as Markdown."""
        rows = [[_escaped(cell) for cell in row] for row in self.rows]
        body = markdown(rows) if rows else "\n".join(f"- {_escaped(line)}" for line in self.lines)
        return f"{'#' * self.level} {_escaped(self.title)}\n\n{body}".rstrip()

    def as_html(self) -> str:
        """Return it as HTML."""
        head = f"<h{self.level}>{escape(self.title)}</h{self.level}>"
        if not self.rows:
            return head + "".join(["<ul>", *(f"<li>{escape(line)}</li>" for line in self.lines), "</ul>"])
        first, *others = self.rows
        return "\n".join(
            [
                f"{head}<table><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in first)}</tr>",
                *(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in others),
                "</table>",
            ]
        )


def report(
    scores: ServiceScores,
    directory: Directory,
    *,
    form: Form | str = Form.TEXT,
    by: Sequence[str] = ("language",),
    comparison: Comparison | None = None,
) -> str:
    """Return a report: the measures, whether scores mean what they say, what to mend, and the worst of each kind.

    In Markdown and HTML also the first five services of each need: their grades, their reasons, and which criteria speak
    against them. It shows the needs' words, which are typical needs and no patron's.

    Args:
        scores: the scores.
        directory: the directory, as its audience may see it.
        form: plain text, Markdown, or HTML as one whole page.
        by: the groupings to show (see `ServiceScores.table`).
        comparison: the gain over another run.

    Raises:
        UnknownNameError: there is no such grouping.
        ValueError: there is no such form.
    """
    form = Form(form)
    title, head = "How right the answers are", summary(scores)
    parts = [*sections(scores, directory, by=by, comparison=comparison)]
    if form is Form.TEXT:
        return "\n\n".join([head, *(part.as_text() for part in parts)])
    parts += of_needs(scores.answers)
    if form is Form.MARKDOWN:
        return "\n\n".join([f"# {title}\n\n{head}", *(part.as_markdown() for part in parts)])
    body = "\n".join([f"<h1>{title}</h1><p>{escape(head)}</p>", *(part.as_html() for part in parts)])
    return _PAGE.replace("TITLE", title).replace("BODY", body)


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>TITLE</title><style>
body { font: 1rem/1.4 sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
table { border-collapse: collapse } th, td { border: 1px solid #888; padding: .2rem .5rem; text-align: left; vertical-align: top }
</style></head><body>
BODY
</body></html>"""


def summary(scores: ServiceScores) -> str:
    """Return in a line how many needs and judgments there are."""
    needs = [answer.need for answer in scores.answers]
    none = sum(need.none_fits for need in needs)
    judged = sum(len(need.grades) for need in needs)
    return f"{len(needs)} needs: {none} that nothing fits; {judged} judged services"


def sections(
    scores: ServiceScores,
    directory: Directory,
    *,
    by: Sequence[str] = ("language",),
    comparison: Comparison | None = None,
) -> Iterator[Section]:
    """Yield the sections of a report that have something to say (see `report`)."""
    parts = [
        Section("Measures", of_measures(_TITLES, scores.estimates)),
        Section("Gain over the other run", comparison.rows() if comparison else []),
        *(
            Section(f"By {grouping}", of_groups(grouping, "needs", _TITLES, scores.table(grouping)))
            for grouping in by
        ),
        Section("Is a score the chance that a service helps?", of_calibration(scores.calibration)),
        Section("What to mend", lines=tuple(mends(wrong_answers(scores.answers), directory))),
        Section("The worst needs", lines=tuple(_worst(scores.answers))[:MOST_EXAMPLES]),
        Section("Wrong, and shown as met", lines=tuple(_wrong(scores.answers))[:MOST_EXAMPLES]),
        Section("They help, and are not shown", lines=tuple(_missing(scores.answers))[:MOST_EXAMPLES]),
    ]
    yield from (part for part in parts if len(part.rows) > 1 or part.lines)


def of_needs(answers: Sequence[JudgedAnswer]) -> Iterator[Section]:
    """Yield for each need its first five services, with grades, reasons, and what speaks against each."""
    yield Section("Every need")
    heads = ["", "service", "shown as", "score", "grade", "note", "reason", "what speaks against it"]
    for answer in answers:
        rows = [_row(answer, rank, each) for rank, each in enumerate(answer.services[:FIRST], 1)]
        if rows:
            yield Section(_need(answer), [heads, *rows], level=3)
        else:
            yield Section(_need(answer), lines=("Nothing is shown.",), level=3)


def _row(answer: JudgedAnswer, rank: int, service: ShownService) -> list[str]:
    against = (
        f"{reason.criterion} ({kind_of(reason)}): {reason.text}"
        for reason in service.reasons[1:]
        if reason.answer is not Answer.MET
    )
    return [
        str(rank),
        f"{service.name} ({service.agency})" if service.agency else service.name,
        "met" if service.is_met else "a question",
        f"{service.score:.2f}",
        str(answer.need.grades.get(service.service_id, "not judged")),
        answer.need.notes.get(service.service_id, ""),
        service.reasons[0].text if service.reasons else "",
        "; ".join(against),
    ]


def of_calibration(calibration: Calibration) -> Cells:
    """Return the table of scores and what came true, with the Brier score as its last row."""
    rows = [["score", "mean score", "share that helps", "services"]]
    rows += [
        [f"{row.low:.1f} to {row.high:.1f}", f"{row.mean_score:.3f}", f"{row.good_share:.3f}", str(row.count)]
        for row in calibration.rows
    ]
    if calibration.brier is not None:
        rows.append(
            ["Brier score", f"{calibration.brier:.3f}", "", str(sum(row.count for row in calibration.rows))]
        )
    return rows


def _worst(answers: Sequence[JudgedAnswer]) -> Iterator[str]:
    """Yield the needs whose first five services could be better, the worst first, with the first that is shown."""
    figures = [
        (ndcg(answer.ranked, answer.need.grades), number, answer)
        for number, answer in enumerate(answers)
        if is_answerable(answer)
    ]
    for figure, _, answer in sorted(figures, key=lambda each: each[:2]):
        if figure < 1:
            first = answer.services[0].name if answer.services else "nothing"
            yield f"{_need(answer)}: nDCG@5 {figure:.2f}; first: {first}"


def _wrong(answers: Sequence[JudgedAnswer]) -> Iterator[str]:
    for each in wrong_answers(answers):
        service = each.service
        agency = f" ({service.agency})" if service.agency else ""
        note = f" [{each.note}]" if each.note else ""
        reasons = "; ".join(reason.text for reason in service.reasons[:_FIRST_REASONS])
        yield f"{_need(each.answer)}: {each.rank}. {service.name}{agency}{note}, because: {reasons}"


def _missing(answers: Sequence[JudgedAnswer]) -> Iterator[str]:
    for answer in answers:
        for missing in answer.missing:
            yield f"{_need(answer)}: {missing.name or missing.service_id} (grade {missing.grade}): {missing.why}"


def _need(answer: JudgedAnswer) -> str:
    return f"{answer.need.need_id} “{answer.need.text}”"


def _escaped(line: str) -> str:
    return _MARKS.sub(r"\\\g<0>", line).replace("<", "&lt;")


_MARKS: Final = re.compile(r"[*_`\[\]]")
"""What Markdown would take for its own."""
