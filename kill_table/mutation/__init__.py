"""From the engine's source to a sample of mutants, which are data."""
