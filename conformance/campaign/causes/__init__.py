"""Which differences are of one cause, as far as their programs and their words tell."""
