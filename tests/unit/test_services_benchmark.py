"""The benchmark of services scores every set whose directory is at hand, beside plain words."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

import communityconnector as cc
from builders import pantry

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "services.py"


@pytest.fixture
def folders(tmp_path) -> list[str]:
    """Three judged sets: one with its directory, one whose data is built, and one without."""
    file = tmp_path / "directory.ndjson"
    cc.write(cc.Directory.of([pantry("s")]), file)
    (service_id,) = cc.read(file).services
    for name in ("with", "built", "without"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "needs.csv").write_text(
            "need_id,text,none_fits\na,food pantry,\nb,zzyx,1\n", encoding="utf-8"
        )
        (folder / "grades.csv").write_text(f"need_id,service_id,grade\na,{service_id},3\n", encoding="utf-8")
    file.rename(tmp_path / "with" / "directory.ndjson")
    (tmp_path / "built" / "build.py").write_text(
        "import communityconnector as cc\ndirectory = cc.read\n", encoding="utf-8"
    )
    return [str(tmp_path / name) for name in ("with", "built", "without")]


def test_every_set_is_scored_and_left_out_once(folders, capsys):
    main = run_path(str(SCRIPT))["main"]
    data = f"built={folders[0]}/directory.ndjson"
    assert main(["--sets", *folders, "--data", data, "--leave-one-out"]) == 0
    output, errors = capsys.readouterr()
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in output.splitlines()]
    assert ["with", "communityconnector", "1.000 (1.00 to 1.00)"] in rows
    assert ["built", "BM25", "1.000 (1.00 to 1.00)"] in rows
    assert ["with", "nDCG@5", "1.000"] in rows
    assert errors == "without is left out: --data without=PATH says where its data is\n"
