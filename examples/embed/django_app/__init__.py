"""A desk in Django."""
