"""The fewest stops for several needs."""
