"""Files, folders, zips and file objects as text and rows."""
