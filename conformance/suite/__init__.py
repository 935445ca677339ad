"""The tests that `pytest --pyargs conformance` collects: one an op and check."""
