"""How each kind of step is drawn."""
