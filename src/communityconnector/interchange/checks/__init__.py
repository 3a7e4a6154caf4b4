"""Checks of a whole directory: lint, duplicates, schemas and profiles."""
