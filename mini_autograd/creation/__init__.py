"""Making tensors: of data, filled, of ranges, at random."""
