"""Modes of a thread: whether ops record, in inference, in a transform, under anomaly detection."""
