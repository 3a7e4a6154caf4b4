"""Raw objects become records of the model."""
