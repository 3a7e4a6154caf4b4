"""Indexes saved to a folder and opened memory-mapped."""
