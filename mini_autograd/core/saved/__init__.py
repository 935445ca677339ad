"""Saved tensors: what nodes keep for backward."""
