"""Who may see a record, as other records of its graph state it: moved into its own field `disclosure`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from communityconnector.model.disclosure import level_of, states_level
from communityconnector.model.graph import Graph
from communityconnector.model.identity import DISCLOSURE_TAXONOMY
from communityconnector.model.internal_fields import PRIVATE_PARTS
from communityconnector.model.level import Disclosure, levelled, strictest
from communityconnector.model.shape import evolve
from communityconnector.model.taxonomy import Attribute, TaxonomyTerm

_OWNERS = ("organization", "service", "service_at_location", "location")
_LEVELS: Mapping[str, Disclosure] = {level.value: level for level in Disclosure}
_PARTS: Mapping[str, str] = {"phones": "phone", "contacts": "contact", "addresses": "address"}


class StatedLevels:
    """Moves levels of disclosure into the fields of the records that they are about.

    Args:
        graph: the records, linked.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def move(self) -> None:
        """Move what attributes, private parts and records that share an id state."""
        self._hide_parts()
        self._disclosures()
        self._level_all_of_one_id()

    def _hide_parts(self) -> None:
        """Hide the phones, contacts and postal addresses that the row of their owner marks as private."""
        for entity in _OWNERS:
            for owner, record in self._graph.records[entity].items():
                levels = record.extra.get(PRIVATE_PARTS) if record.extra else None
                for name, level in levels.items() if isinstance(levels, dict) else ():
                    for key in self._graph.embedded_ids(entity, owner, name) if name in _PARTS else ():
                        if (
                            name == "addresses"
                            and getattr(self._graph.records["address"][key], "address_type", "") != "postal"
                        ):
                            continue
                        before, new = (
                            self._level(_PARTS[name], key),
                            _LEVELS.get(str(level), Disclosure.NEVER),
                        )
                        self._graph.node(_PARTS[name], key).changed["disclosure"] = strictest(
                            before or new, new
                        )

    def _disclosures(self) -> None:
        """Move what records' attributes state about who may see them into their field."""
        stated = {
            key: a for key in self._graph.records["attribute"] if states_level(a := self._attribute(key))
        }
        owners: dict[str, list[tuple[str, str]]] = {}
        for entity in levelled() if stated else ():
            for owner in self._graph.records[entity]:
                for key in self._graph.embedded_ids(entity, owner, "attributes"):
                    if key in stated:
                        owners.setdefault(key, []).append((entity, owner))
        dropped = set()
        for key, attribute in stated.items():
            level, _ = level_of((attribute,))
            # A link that names no entity, or the wrong one, must not leave a place open.
            named = [] if key in owners else self._named(attribute.link_id or "")
            for entity, owner in (*owners.get(key, ()), *named):
                before = self._level(entity, owner)
                changed = self._graph.node(entity, owner).changed
                changed["disclosure"] = level if before is None else strictest(before, level or before)
                dropped.add(key)
        self._graph.drop("attribute", dropped)
        # The field replaces the terms; a writer makes them anew.
        terms = self._graph.records["taxonomy_term"].items()
        self._graph.drop(
            "taxonomy_term", {k for k, t in terms if getattr(t, "taxonomy", None) == DISCLOSURE_TAXONOMY}
        )

    def _level_all_of_one_id(self) -> None:
        """Two bodies of one id may be two spellings of one address, so what hides one of them hides the others."""
        for (entity, first), same in self._graph.same_ids.items():
            if entity not in levelled():
                continue
            by_id = {key: self._level(entity, key) for key in (first, *same.ids)}
            levels = [level for level in by_id.values() if level is not None]
            for key, level in by_id.items():
                if levels and level != strictest(*levels):
                    self._graph.node(entity, key).changed["disclosure"] = strictest(*levels)

    def _level(self, entity: str, key: str) -> Disclosure | None:
        """Return who may see a record, as far as is known by now."""
        node = self._graph.nodes[entity].get(key)
        level: Disclosure | None = getattr(self._graph.records[entity][key], "disclosure", None)
        return level if node is None else node.changed.get("disclosure", level)

    def _named(self, link: str) -> list[tuple[str, str]]:
        """Return the location of an id, or else all records of that id that can state who may see them."""
        keys = sorted({link, link.lower()})
        places = [("location", key) for key in keys if key in self._graph.records["location"]]
        return places or [(e, key) for e in levelled() for key in keys if key in self._graph.records[e]]

    def _attribute(self, key: str) -> Attribute:
        """Return an attribute with its term, which is in another table."""
        attribute = cast("Attribute", self._graph.records["attribute"][key])
        node = self._graph.nodes["attribute"].get(key)
        term = self._graph.records["taxonomy_term"].get(node.ones.get("taxonomy_term", "")) if node else None
        if term is None:
            return attribute
        return evolve(attribute, {"taxonomy_term": cast("TaxonomyTerm", term)})
