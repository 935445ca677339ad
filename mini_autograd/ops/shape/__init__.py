"""Ops that only move elements about: views, joins, reorderings, triangles and diagonals."""
