"""Makes a failing program short and plain."""
