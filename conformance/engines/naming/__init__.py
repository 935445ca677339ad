"""From the name of an engine, or of a user's ops, to what it stands for."""
