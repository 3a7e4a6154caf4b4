"""Makes `schema-1.db`: a database as the first version of the schema has it. Run once a schema, and never again:

    python tests/golden/make.py

What lies here was made by the version that had that schema; every later version must read it.
"""

from __future__ import annotations

from pathlib import Path

from communityconnector.adapters.sql import create_storage
from communityconnector.adapters.sql.schema import STEPS
from communityconnector.storage import Delete, Put


def make(path: Path) -> None:
    """Fill a new database."""
    storage = create_storage(f"sqlite:///{path}")
    first = storage.commit(
        [
            Put("note", "a", {"null": None, "float": 1.0, "large": 2**70, "nul": "\0", "half": "\ud83d"}),
            Put("note", "A", {"list": [1, {"inner": -0.0}]}, keys={"of": "x", "due": "2026-03-01"}),
            Put("note", "gone", {"text": "nobody reads this any more"}, keys={"of": "x"}),
        ]
    )
    storage.commit(
        [
            Put("note", "A", {"list": []}, first, {"of": "y"}),
            Delete("note", "gone", first),
            Put("task", "\U0001f642 é", {"moment": "2026-03-01T09:00:00-05:00"}, keys={"due": ""}),
        ]
    )
    storage.close()


if __name__ == "__main__":
    make(Path(__file__).with_name(f"schema-{len(STEPS)}.db"))
