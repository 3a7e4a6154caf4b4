"""JSON and tables out."""
