"""Losses, and what they ask of their targets."""
