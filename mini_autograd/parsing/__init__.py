"""How users call an op: its public names, torch's argument parser, overloads, and what misfits."""
