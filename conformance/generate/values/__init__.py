"""Inputs and arguments as they are drawn: shapes, values, layouts, gradient seeds."""
