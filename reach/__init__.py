"""What the generated programs reach: of all that there is to draw, how often each was called, how
often a backward pass went through it, and how often with gradients that tell elements apart."""
