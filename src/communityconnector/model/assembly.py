"""Loose records put together into the tables of a directory."""

from __future__ import annotations

from collections.abc import Iterable

from communityconnector.model.finding import Finding
from communityconnector.model.graph import Graph, Tables
from communityconnector.model.linking import Linker, Stated
from communityconnector.model.rebuilding import tables_of
from communityconnector.model.record import Record
from communityconnector.model.stated_levels import StatedLevels


def assemble(
    records: Iterable[Record], *, partial: Iterable[Record] = (), stated: Stated | None = None
) -> tuple[Tables, list[Finding]]:
    """Return the tables that records make together, and findings about records that share an id and disagree.

    Args:
        records: the records, nested or flat.
        partial: records that only fill in what others of their id lack.
        stated: references that sources gave beside the embedding; they are put back at the end.
    """
    graph = Graph()
    for record in records:
        graph.add(record)
    for record in partial:
        graph.fill(record)
    Linker(graph).link()
    StatedLevels(graph).move()
    for (entity, key), fields in (stated or {}).items():
        if key in graph.records[entity]:
            graph.node(entity, key).changed.update(fields)
    return tables_of(graph), graph.findings
