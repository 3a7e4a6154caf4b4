"""JSON, tables and sheets: from the parts of a file to records and findings."""
