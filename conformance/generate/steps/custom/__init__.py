"""Steps that are given code: functions that a program applies, differentiates, or calls."""
