"""What was read of danger and circumstances is for the moment: nothing of it is stored, logged, sent or counted."""

from __future__ import annotations

import logging

from builders import STAFF, make_desk, pantries
from communityconnector.adapters.sql import create_storage

SAID = "I am 83 and in a wheelchair, my husband beats me and said he'd kill me, I need a food pantry and I am a veteran"
TAKEN = "beats me", "kill me", "husband"


def traces(desk):
    """What would show a danger or a cue: kinds, names, questions, lines, values, and the patron's words."""
    understood = desk.match(SAID).interpretation
    assert understood.dangers
    assert understood.cues
    words = {SAID, *TAKEN, "wheelchair", "Veterans", "crisis_lines"}
    for danger in understood.dangers:
        words |= {danger.kind, danger.name, danger.question, *danger.words}
    for line in understood.urgent:
        words |= {line.name, line.phone, line.note}
    # Words of the directory's own records are no trace.
    records = repr(list(pantries().services.values()))
    return {word for word in words if len(word) > 3 and word not in records}


def test_danger_and_cues_are_neither_stored_nor_logged_nor_sent(tmp_path, caplog):
    path = tmp_path / "desk.db"
    with (
        caplog.at_level(logging.DEBUG),
        make_desk(create_storage(f"sqlite:///{path}"), index=tmp_path / "index") as desk,
    ):
        shows = traces(desk)
        result = desk.match(SAID, limit=1, near="28694")
        referral = desk.refer(result[0], actor=STAFF)
        nothing = desk.match(SAID.replace("a food pantry", "glasses"))
        assert desk.referrals.record_unmet_need(nothing) is not None
        desk.referrals.run_due()
        desk.dispatch_once()
        counted = repr(desk.statistics.unmet_needs(sensitive=True)) + repr(desk.statistics.referrals())
        shown = [
            repr(result),
            repr(result.interpretation),
            repr(result.interpretation.dangers),
            repr(result.interpretation.cues),
        ]
        shown += [repr(result.unmet), repr(nothing.unmet), repr(referral), counted, caplog.text]
        shown += [str(message.body) for message in desk.box]
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for trace in shows:
        assert trace.encode() not in stored, trace
        assert not [text for text in shown if trace in text], trace
