"""An op's code, written once as Python: its node class, its recording, its quick calls."""
