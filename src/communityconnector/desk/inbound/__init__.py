"""What comes back from agencies and patrons: by links and by web hooks."""
