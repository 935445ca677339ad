"""First contact with an engine: a ladder of bring-up, climbed before anything is measured.

`probe.probe` climbs it in this process, `process.probe_in_process` in one of its own.
"""
