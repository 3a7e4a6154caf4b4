"""Plain spreadsheets: what their columns, lines and cells mean."""
