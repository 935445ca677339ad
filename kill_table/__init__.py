"""The kill table: faults made by machine in the engine's source, and which programs find them.

`python -m kill_table` draws a sample of mutants with a seed, asks each the programs that reach
what it changed, and writes `TABLE.md`. `mutation` makes the mutants, `running` asks them, `table`
adds up.

The operators are our own, on the standard `ast`. Of the libraries, mutmut leaves out whatever is
decorated, as every op here is, and code outside of functions; cosmic-ray reaches all of that, but
has no operator for a dropped conjugate, a skipped version bump, a column of a table, an axis or a
message, and names a mutant by its count in a file, so that each edit would rename those behind it.
"""
