"""Engines that do not look like torch, each by a small adapter."""
