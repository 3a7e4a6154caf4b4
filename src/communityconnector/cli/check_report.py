"""The report of `check`: what a patron would get wrong, then what the services state, then matters of form."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import communityconnector as cc
from communityconnector.cli.output import console_of, line_of
from communityconnector.matching import Aspect, Share, completeness
from communityconnector.model import ENTITIES, Harm
from communityconnector.model.withheld import WITHHELD
from communityconnector.needs import Lexicon, Vocabulary
from communityconnector.needs.placement import Placement, placement

if TYPE_CHECKING:
    from rich.console import Console

_HEADINGS: Final = {
    Harm.PRIVACY: "Private: decide whether each of these is right",
    Harm.LOST: "Lost: answers lack these",
    Harm.GUESSED: "Guessed, or probably wrong: check each",
    Harm.MENDED: "Mended: read in the only way that it can be",
}
_STYLES: Final = {Harm.PRIVACY: "bold red", Harm.LOST: "red", Harm.GUESSED: "yellow", Harm.MENDED: "dim"}
_WRONG: Final = (Harm.PRIVACY, Harm.LOST, Harm.GUESSED)

_MOST_SHOWN: Final = {Harm.PRIVACY: 20, Harm.LOST: 3, Harm.GUESSED: 3, Harm.MENDED: 1}
"""How many findings of one rule are shown. A person has to look at each finding about private data."""

_MOST_NAMED: Final = 3
"""How many services without an answer, or listed under a term, are named."""
_MOST_TERMS: Final = 10
"""How many terms that are not understood are shown."""

_QUESTIONS: Final = {
    Aspect.NAME: "what they are called",
    Aspect.CONTACT: "how to reach them",
    Aspect.PLACE: "where they are",
    Aspect.HOURS: "when they are open",
    Aspect.PURPOSE: "what they are for",
    Aspect.ELIGIBILITY: "who they are for",
}

Rules = dict[str, list[cc.Finding]]


def report_dict(
    directory: cc.Directory, findings: Iterable[cc.Finding], vocabulary: Vocabulary | None = None
) -> dict[str, Any]:
    """Return the report as JSON values: counts, how many services state each thing, unplaced terms, and every finding."""
    import attrs

    lexicon = None if vocabulary is None else Lexicon(vocabulary)
    unplaced = placement(directory.for_audience(cc.Audience.PUBLIC), vocabulary).unplaced
    return {
        "services": len(directory.services),
        "organizations": len(directory.organizations),
        "locations": len(directory.locations),
        "columns": directory.dataset.get("columns", {}),
        "states": {share.aspect.value: share.known for share in completeness(directory, lexicon)},
        "unplaced_terms": [
            {"name": term.name, "services": term.services, "suggested": term.suggested} for term in unplaced
        ],
        "findings": [{"harm": finding.harm, **attrs.asdict(finding)} for finding in findings],
    }


def print_report(
    directory: cc.Directory, findings: Iterable[cc.Finding], vocabulary: Vocabulary | None = None
) -> None:
    """Print the report.

    Args:
        directory: the directory. Only what the public may see is printed.
        findings: its findings that may be shown.
        vocabulary: the vocabulary of needs; by default the built-in one.
    """
    console = console_of()
    by_harm = _grouped(findings)
    shares = completeness(directory, None if vocabulary is None else Lexicon(vocabulary))
    directory = directory.for_audience(cc.Audience.PUBLIC)
    places = (("service", "services"), ("organization", "organizations"), ("location", "locations"))
    console.print(
        ", ".join(_count(len(directory.table(entity)), entity, many) for entity, many in places), style="bold"
    )
    if any(by_harm[harm] for harm in _WRONG):
        console.print()
        console.print("What a patron would get wrong", style="bold")
    for harm in _WRONG:
        _print_group(console, directory, harm, by_harm[harm])
    if directory.services:
        _print_shares(console, directory, shares)
        _print_unplaced(console, directory, placement(directory, vocabulary))
    _print_group(console, directory, Harm.MENDED, by_harm[Harm.MENDED])
    style = [f"{rule} {_times(group)}" for rule, group in by_harm[Harm.STYLE].items()]
    if style:
        console.print()
        console.print(line_of(("Matters of form: ", "dim bold"), (", ".join(style), "dim")))
    console.print()
    console.print(_verdict(by_harm), style="bold", markup=False)
    for step in _next_steps(directory, by_harm, shares):
        console.print(line_of((step, "")))


def _grouped(findings: Iterable[cc.Finding]) -> dict[Harm, Rules]:
    """Return findings by harm and rule, the most frequent rule first."""
    by_harm: dict[Harm, Rules] = {harm: {} for harm in Harm}
    for finding in findings:
        by_harm[finding.harm].setdefault(finding.rule, []).append(finding)
    return {harm: dict(sorted(r.items(), key=lambda item: -_total(item[1]))) for harm, r in by_harm.items()}


def _total(group: Iterable[cc.Finding]) -> int:
    return sum(finding.count for finding in group)


def _times(group: Iterable[cc.Finding]) -> str:
    count = _total(group)
    return f"{count:,} times" if count > 1 else "once"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _print_group(console: Console, directory: cc.Directory, harm: Harm, rules: Rules) -> None:
    if not rules:
        return
    if harm is Harm.MENDED:
        console.print()
    console.print(line_of((_HEADINGS[harm], _STYLES[harm])))
    for rule, group in rules.items():
        console.print(line_of((f"  {rule}, {_times(group)}", "" if harm is Harm.MENDED else "bold")))
        most = _MOST_SHOWN[harm]
        for finding in group[:most]:
            console.print(line_of((f"    {_describe(finding, directory)}", "")))
        if rule == "columns-guessed":
            columns = cc.ColumnMapping(directory.dataset["columns"])
            for line in str(columns).splitlines():
                console.print(line_of((f"      {line}", "dim")))
        if len(group) > most and harm is not Harm.MENDED:
            console.print(line_of((f"    and {len(group) - most:,} more (--csv lists all)", "dim")))


def _print_shares(console: Console, directory: cc.Directory, shares: Iterable[Share]) -> None:
    total = len(directory.services)
    console.print()
    heading = f"What is known of {_count(total, 'service', 'services')}"
    console.print(line_of((heading, "bold")))
    for share in shares:
        percent = f"{100 * share.known // total} %"
        names = [directory.services[key].name or key for key in share.lacking[:_MOST_NAMED]]
        more = len(share.lacking) - len(names)
        lacking = f"  not: {', '.join(names)}{f' and {more:,} more' if more else ''}" if names else ""
        console.print(
            line_of((f"  {share.aspect.value:14}{share.known:>7,}{percent:>7}", ""), (lacking, "dim"))
        )


def _print_unplaced(console: Console, directory: cc.Directory, places: Placement) -> None:
    """Print the terms and categories that say nothing to a search, with their services."""
    used = [term for term in places.unplaced if term.services]
    if not used:
        return
    console.print()
    heading = "Terms that are not understood (--terms gives them a place)"
    console.print(line_of((heading, "bold")))
    for term in used[:_MOST_TERMS]:
        names = [directory.services[key].name or key for key in term.service_ids[:_MOST_NAMED]]
        more = term.services - len(names)
        perhaps = f"; perhaps {', '.join(term.suggested)}" if term.suggested else ""
        named = f"{', '.join(names)}{f' and {more:,} more' if more else ''}{perhaps}"
        console.print(
            line_of((f"  {term.name}, {_count(term.services, 'service', 'services')}: ", ""), (named, "dim"))
        )
    if len(used) > _MOST_TERMS:
        console.print(line_of((f"  and {len(used) - _MOST_TERMS:,} more (--json lists all)", "dim")))


def _verdict(by_harm: dict[Harm, Rules]) -> str:
    """Return the numbers of findings, by harm, and of errors, which decide the exit code."""
    counts = {harm: _total(f for group in rules.values() for f in group) for harm, rules in by_harm.items()}
    everything = (f for rules in by_harm.values() for group in rules.values() for f in group)
    errors = _total(finding for finding in everything if finding.severity is cc.Severity.ERROR)
    parts = [f"{counts[harm]:,} {harm.value}" for harm in Harm if counts[harm]]
    of_them = f"; {_count(errors, 'error', 'errors')} among them" if errors else ""
    return f"Findings: {', '.join(parts)}{of_them}" if parts else "No findings."


def _next_steps(directory: cc.Directory, by_harm: dict[Harm, Rules], shares: Iterable[Share]) -> list[str]:
    """Return what to do next, the most useful first."""
    if not directory.services:
        return ["There is no service in it, so nothing can be matched."]
    steps = []
    if by_harm[Harm.PRIVACY]:
        steps.append(
            "Next: decide about the private places above, and hide or show each in the source itself."
        )
    if by_harm[Harm.LOST]:
        steps.append("Next: correct what was lost, in the places named above, and check again.")
    least = min(shares, key=lambda share: share.known)
    if least.lacking and not steps:
        count = _count(len(least.lacking), "service does", "services do")
        steps.append(f"Next: ask the agencies; {count} not say {_QUESTIONS[least.aspect]}.")
    return steps


def _describe(finding: cc.Finding, directory: cc.Directory) -> str:
    where = finding.where
    record = "" if finding.file or not finding.entity else _named(finding, directory)
    place = ", ".join(filter(None, (record, where)))
    value = "" if finding.value is None else f" (found: {_short(finding.value)})"
    action = f"; {finding.outcome}" if finding.outcome else ""
    return f"{place}: {finding.message}{value}{action}" if place else f"{finding.message}{value}{action}"


def _named(finding: cc.Finding, directory: cc.Directory) -> str:
    """Return the record that a finding is about, by its name if that may be shown."""
    record = directory.table(finding.entity).get(finding.record_id) if finding.entity in ENTITIES else None
    name = getattr(record, "name", None)
    if not name or name == WITHHELD:
        return f"{finding.entity} {finding.record_id}".strip()
    return f"{finding.entity} {name!r}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
