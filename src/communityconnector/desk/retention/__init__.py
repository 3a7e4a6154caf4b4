"""Deleting what has been kept long enough, legal holds, and what patrons may ask for."""
