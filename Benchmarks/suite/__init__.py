"""The benchmarks of Lacuna; only what comes with Python is needed."""
