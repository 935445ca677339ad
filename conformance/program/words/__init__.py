"""The words that programs are made of: ops, hooks, functions, reads; each from a closed table."""
