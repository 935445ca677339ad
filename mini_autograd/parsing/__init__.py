"""torch's argument parser: calls bound to parameters, overloads, and what misfits."""
