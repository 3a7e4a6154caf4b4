"""What a source says of privacy, in whatever wording: names of fields, their values, and words in texts."""
