"""The page on referral states shows the tables as the code has them."""

from __future__ import annotations

from pathlib import Path

from communityconnector.referrals import IMPLIED, MEANINGS, TABLE, TERMINAL, ReferralStatus, mappings

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "referral-states.md"


def rows(head, found):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in found])


def code(*words):
    return ", ".join(f"`{word}`" for word in words) or "-"


def transitions():
    """The table with rows that differ only in where they begin made one."""
    groups = {}
    for row in TABLE:
        same = row.after is row.before
        rest = (row.who, row.guards, row.needs, row.takes, row.classes, row.sets)
        groups.setdefault((row.event, None if same else row.after, same, rest), []).append(row)
    found = []
    for (event, after, same, (who, guards, needs, takes, classes, sets)), several in groups.items():
        told = [f"`{name}`" for name in needs] + [f"`{name}` (may)" for name in takes]
        if classes:
            told[told.index("`outcome`")] = f"`outcome` ({', '.join(classes)})"
        if sets:
            told.append(f"sets `{sets}`")
        found.append(
            [
                code(event),
                code(*(row.before for row in several if row.before)),
                "the same" if same else code(*filter(None, [after])),
                ", ".join(who),
                code(*guards),
                ", ".join(told) or "-",
            ]
        )
    return rows(["event", "from", "to", "who", "conditions", "details"], found)


def outcomes():
    found = [
        [code(outcome), meaning.side, meaning.declined_by, code(meaning.suggest_next)]
        for outcome, meaning in MEANINGS.items()
    ]
    return rows(["code", "class", "declined by", "suggests"], found)


def outward():
    found = [
        [
            code(row.status) + (f" / {code(row.reason)}" if row.reason else ""),
            *(
                word or "-"
                for word in (
                    row.fhir_task,
                    row.fhir_service_request,
                    row.findhelp,
                    row.unite_us,
                    row.primero,
                )
            ),
        ]
        for row in mappings.WORDINGS
    ]
    return rows(
        ["ours", "FHIR Task", "ServiceRequest", "findhelp", "Unite Us (not verified)", "Primero"], found
    )


def inward():
    found = []
    for system in mappings.System:
        for word in mappings.known_words(system):
            early, late = (
                mappings.reported(system, word, current)
                for current in (ReferralStatus.REQUESTED, ReferralStatus.ACCEPTED)
            )
            told = early.outcome or early.hold_reason
            found.append(
                [
                    system,
                    word,
                    " or ".join(dict.fromkeys((code(early.status), code(late.status)))),
                    code(*filter(None, [told])),
                    "yes" if early.needs_review else "no",
                ]
            )
    return rows(["system", "word", "ours", "implies", "needs review"], found)


def test_the_page_shows_every_transition_as_it_is():
    assert transitions() in PAGE.read_text(encoding="utf-8")


def test_the_page_shows_every_outcome_as_it_is():
    assert outcomes() in PAGE.read_text(encoding="utf-8")


def test_the_page_shows_every_status_word_of_other_systems():
    text = PAGE.read_text(encoding="utf-8")
    assert outward() in text
    assert inward() in text


def test_the_page_describes_every_state_and_says_which_are_terminal():
    text = PAGE.read_text(encoding="utf-8")
    for status in ReferralStatus:
        assert f"| `{status}` | {'yes' if status in TERMINAL else 'no'} |" in text


def test_the_page_names_every_step_that_is_inferred():
    text = PAGE.read_text(encoding="utf-8")
    for (event, status), implied in IMPLIED.items():
        assert f"| `{event}` | `{status}` | `{implied}` |" in text
