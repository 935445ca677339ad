"""The ops, in rooms by what they do: each forward with its derivative rules beside it.

Rules name ops of their own file directly and others as `ops.NAME`, looked up when they run.
"""
