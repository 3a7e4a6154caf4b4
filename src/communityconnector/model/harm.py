"""What a finding may cost a patron: the order in which findings are read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Harm(StrEnum):
    """What a finding may cost a patron or an agency, the worst first."""

    PRIVACY = "privacy"
    """Something private is hidden, or may be shown: a person has to decide whether that is right."""
    LOST = "lost"
    """A value, a record or a file could not be used, so answers lack it."""
    GUESSED = "guessed"
    """Something was taken for what it most likely means, or is lawful and probably wrong."""
    MENDED = "mended"
    """A value was read in the only way that it can be; nothing is lost."""
    STYLE = "style"
    """A matter of form. Answers are the same without it."""


HARMS: Final[Mapping[str, Harm]] = {
    rule: harm
    for harm, rules in {
        Harm.PRIVACY: """
            hidden-by-flag hidden-by-words privacy-not-understood looks-like-a-refuge stands-where-hidden still-hidden
        """,
        Harm.LOST: """
            too-large broken-archive unsafe-name cannot-open too-deep file-not-read too-many-files empty-file
            unknown-form not-json not-a-record not-csv broken-extras unknown-table api-answer-unusable
            not-a-number not-a-uri not-an-email hours-not-read ages-not-read conflicting-records
            row-without-owner
            extent-swapped extent-not-read no-services none-active dangling-reference half-a-point null-island point-out-of-range age-out-of-range
            ages-out-of-order impossible-schedule empty-attribute unknown-language no-location
            not-in-nested-form no-name-column row-without-name implausible-cell columns-shifted number-cut-short
            not-a-phone geometry-not-read hidden-sheet hidden-column private-field struck-through deleted-rows broken-xml broken-table more-pages nested-not-read level-not-read
            missing-column too-few-cells row-without-text unknown-concept cue-not-read
            repeated-need not-an-age unquoted-comma unknown-need not-a-grade graded-twice need-not-matched
        """,
        Harm.GUESSED: """
            stray-quote linked-by-container columns-guessed name-from-agency several-emails linked-by-location
            contradictory-reference id-used-twice linked-by-value too-many-cells duplicate-column missing-id point-out-of-country
            no-organization implausible-span hours-in-doubt stale-assurance taxonomy-cycle older-than-stored duplicate-organization
            state-read duplicate-location duplicate-service duplicates-not-compared columns-not-understood
            section-row hidden-row agency-from-above point-turned date-guessed repeated-row form-read sites-joined names-from-keys sheet-turned
        """,
        Harm.MENDED: """
            byte-order-mark not-utf-8 repeated-id list-of-ids older-form hours-read wrong-type spaces-around number-as-text
            unlisted-word uri-without-scheme uri-not-encoded not-a-date not-a-time not-a-timestamp
            timestamp-without-zone id-not-canonical filled-in rows-before-header repeated-header help-row total-row
            note-row zip-without-zero
        """,
        Harm.STYLE: """
            missing-field null-value empty-text extension-as-text id-not-uuid upper-case-id deprecated-field
            not-in-profile required-by-profile schema-violation
        """,
    }.items()
    for rule in rules.split()
}
"""The harm of each rule. A value that such a rule could not mend is lost, whatever stands here (see `harm_of`)."""


def harm_of(rule: str, action: str) -> Harm:
    """The harm of a finding.

    Args:
        rule: its rule. Rules of plugins' importers, which are not known here, count as `GUESSED`.
        action: what was done about it. What was not used is lost, unless it is a private thing.
    """
    harm = HARMS.get(rule, Harm.GUESSED)
    if harm in (Harm.GUESSED, Harm.MENDED) and action.startswith(_NOT_USED):
        return Harm.LOST
    return harm


_NOT_USED: Final = ("dropped", "not read", "not written", "kept as it was", "kept as x_")
"""Actions after which no answer knows the value."""


ORDER: Final = {harm: number for number, harm in enumerate(Harm)}
"""Where each harm stands among the others, the worst first."""
