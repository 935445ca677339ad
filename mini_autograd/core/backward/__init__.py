"""The backward walk: where it starts, its order, its sums, and what it hands out."""
