"""HSDS written as JSON and as tables."""
