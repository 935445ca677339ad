"""What the suite's tests share: profiles, properties, the engines of one run, the summary."""
