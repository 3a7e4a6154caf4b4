"""Counts that may be published."""
