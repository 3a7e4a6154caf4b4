"""When something is open: rules of recurrence, dates, zones, and hours in words."""
