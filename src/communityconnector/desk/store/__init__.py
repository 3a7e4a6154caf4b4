"""How referrals and what belongs to them are stored, and how each change is logged."""
