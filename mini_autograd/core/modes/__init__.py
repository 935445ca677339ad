"""Modes: grad mode, inference mode, anomaly mode, and whether a transform is running."""
