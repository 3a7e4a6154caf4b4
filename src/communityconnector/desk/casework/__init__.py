"""Making referrals and carrying them on, one change at a time."""
