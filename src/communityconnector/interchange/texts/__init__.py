"""What texts in cells and fields say: ages, days, hours, states, privacy, single values."""
