"""Torch run otherwise, as engines whose reference is torch as it runs on the CPU: `torch@NAME`."""
