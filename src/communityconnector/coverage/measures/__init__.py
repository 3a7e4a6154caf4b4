"""Measures of coverage: small pure functions of arrays, each with its source and its units."""

from __future__ import annotations

from communityconnector.coverage.measures.catchments import catchment_scores, gaussian, step
from communityconnector.coverage.measures.equity import (
    concentration_index,
    gini,
    weighted_mean,
    weighted_quantile,
)
from communityconnector.coverage.measures.rates import expected_wait, wilson_interval

__all__ = [
    "catchment_scores",
    "concentration_index",
    "expected_wait",
    "gaussian",
    "gini",
    "step",
    "weighted_mean",
    "weighted_quantile",
    "wilson_interval",
]
