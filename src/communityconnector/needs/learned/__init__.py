"""What was learned from the corpus: how words lead to needs, to danger, or to no need at all."""
