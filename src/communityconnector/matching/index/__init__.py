"""The index: a directory's offers as columns, which a search need not visit one by one."""

from communityconnector.matching.index.index import Index
from communityconnector.matching.index.part import Part, Result
from communityconnector.matching.index.persistence.saved import FetchService
from communityconnector.matching.index.plan import Plan

__all__ = ["FetchService", "Index", "Part", "Plan", "Result"]
