"""A coverage as text and as a card for a notebook: no script, and colours of the page around it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final

from communityconnector.coverage.status import ORDER, Status

if TYPE_CHECKING:
    from communityconnector.coverage.result import Coverage, NeedCoverage

_MOST_NEEDS: Final = 12
"""Most needs that a card shows, those of most people without first."""

_STYLE: Final = """<style>
.cc-card{font:14px/1.45 system-ui,sans-serif;color:inherit;max-width:46em}
.cc-card table{border-collapse:collapse;margin:.6em 0}
.cc-card caption{text-align:left;font-weight:600;padding-bottom:.3em}
.cc-card th,.cc-card td{padding:.2em .7em .2em 0;text-align:left;border-bottom:1px solid color-mix(in srgb,currentColor 22%,transparent)}
.cc-card td.n,.cc-card th.n{text-align:right;font-variant-numeric:tabular-nums}
.cc-card small{opacity:.75}
</style>"""


def card(coverage: Coverage, *, mark: bool) -> Iterator[str]:
    """Yield what a notebook or a terminal shows of a coverage, line by line: a sentence, the worst needs, the basis.

    Args:
        coverage: the coverage.
        mark: whether as HTML.
    """
    needs = coverage.needs()
    yield from (_as_html if mark else _as_text)(coverage, needs)


def sentence(coverage: Coverage, needs: tuple[NeedCoverage, ...]) -> str:
    """Return the sentence that a reader wants first: the needs that most people lack."""
    places, miles = coverage.places, coverage.within[-1]
    worst = [need for need in needs if need.share.likely < 1.0][:3]
    of_all = f"Of {places.total:,} people in {places.title}"
    if not worst:
        return f"{of_all}, all have every need that was asked for within {miles:g} miles."
    parts = [f"{need.name.lower()}: {_without(need)}" for need in worst]
    return f"{of_all}, most lack, within {miles:g} miles: {'; '.join(parts)}."


def _without(need: NeedCoverage) -> str:
    gap, unknown = need.people[Status.GAP], need.people[Status.UNKNOWN]
    remote = need.people[Status.REMOTE]
    words = [
        f"{gap:,} have none" if gap else "",
        f"{unknown:,} may have one" if unknown else "",
        f"{remote:,} only by phone or online" if remote else "",
    ]
    return ", ".join(filter(None, words)) or "few"


_HEAD: Final = ("need", "covered", "low to high", *(str(kind) for kind in ORDER))


def _rows(coverage: Coverage, needs: tuple[NeedCoverage, ...]) -> Iterator[tuple[str, ...]]:
    total = coverage.places.total
    for need in needs[:_MOST_NEEDS]:
        share = need.share
        yield (
            need.name,
            _percent(share.likely),
            f"{_percent(share.low)} to {_percent(share.high)}",
            *(_percent(need.people[kind] / max(1, total)) for kind in ORDER),
        )


def _percent(share: float) -> str:
    if share <= 0.0:
        return "\u2013"
    return "<1 %" if share < 0.005 else f"{share:.0%}".replace("%", " %")


def _as_text(coverage: Coverage, needs: tuple[NeedCoverage, ...]) -> Iterator[str]:
    yield sentence(coverage, needs)
    rows = [_HEAD, *_rows(coverage, needs)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
    if len(needs) > _MOST_NEEDS:
        yield f"and {len(needs) - _MOST_NEEDS} more needs: by('need')"
    yield from coverage.basis


def _as_html(coverage: Coverage, needs: tuple[NeedCoverage, ...]) -> Iterator[str]:
    yield _STYLE + '<div class="cc-card">'
    yield f"<p><strong>{escape(sentence(coverage, needs))}</strong></p>"
    head = "".join(
        f'<th scope="col"{"" if at == 0 else _NUMBER}>{escape(name)}</th>' for at, name in enumerate(_HEAD)
    )
    yield f"<table><caption>Share of people, the needs of most people without first</caption><thead><tr>{head}</tr></thead><tbody>"
    for first, *rest in _rows(coverage, needs):
        cells = "".join(f'<td class="n">{escape(cell)}</td>' for cell in rest)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table>"
    if len(needs) > _MOST_NEEDS:
        yield f"<p>and {len(needs) - _MOST_NEEDS} more needs: <code>by('need')</code></p>"
    yield "".join(f"<p><small>{escape(line)}</small></p>" for line in coverage.basis) + "</div>"


_NUMBER: Final = ' class="n"'
