"""Programs asked of a mutant, in a process of its own."""
