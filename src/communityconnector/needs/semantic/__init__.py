"""The optional sentence encoder: what it brings to the chances of needs, beside the learned model and the phrases."""
