"""Build the directory of the Ohana sample that the needs beside this program are judged over.

    python benchmarks/judged/ohana/build.py ohana-sample ohana.ndjson

The input is the folder of the sample's CSV tables (Code for America, BSD licence). Its ids are kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import communityconnector as cc

SOURCE = "ohana-sample"


def directory(source: Path) -> cc.Directory:
    """Return the directory of the folder."""
    return cc.read(source)


if __name__ == "__main__":
    built = directory(Path(sys.argv[1]))
    cc.write(built, Path(sys.argv[2]))
    print(f"{len(built.services)} services")
