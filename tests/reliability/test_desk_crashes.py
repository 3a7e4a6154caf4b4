"""R1: what a desk on SQLite has acknowledged is there after kill -9, once, and whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

KILLS = int(os.environ.get("COMMUNITYCONNECTOR_KILLS", "100"))
WRITER = Path(__file__).with_name("desk_writer.py")


def killed(folder, count, how="safe", seeds=(1, 2)):
    """What became of desks that were killed, in two databases at a time."""
    share = str(count // len(seeds))
    children = [
        subprocess.Popen(
            [sys.executable, WRITER, "kills", str(folder), str(seed), share, how],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in seeds
    ]
    result: Counter[str] = Counter()
    for child in children:
        out, err = child.communicate(timeout=900 + KILLS)
        assert child.returncode == 0, err
        result.update(json.loads(out.splitlines()[-1]))
    return result


def test_a_killed_desk_loses_doubles_and_halves_nothing(tmp_path):
    result = killed(tmp_path, KILLS)
    print(  # noqa: T201  # the figure
        f"R1: {result['kills']} kills, {result['acknowledged']:,} acknowledged: {result['lost']} lost, "
        f"{result['doubled']} doubled, {result['half']} by half, {result['damaged']} databases damaged"
    )
    assert result["kills"] == KILLS
    assert result["acknowledged"] > KILLS
    assert (result["lost"], result["doubled"], result["half"], result["damaged"]) == (0, 0, 0, 0)


@pytest.mark.parametrize(("how", "what"), [("early", "lost"), ("keyless", "doubled"), ("apart", "half")])
def test_a_desk_that_acknowledges_early_or_writes_twice_or_half_is_caught(tmp_path, how, what):
    assert killed(tmp_path, 60, how, seeds=(3,))[what] > 0
