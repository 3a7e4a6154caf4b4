"""JSON, tables and sheets in: from the parts of a file to records and findings."""
