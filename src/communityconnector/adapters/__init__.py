"""One file for one outside thing."""
