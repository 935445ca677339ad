"""The recorded graph and the hooks on its nodes."""
