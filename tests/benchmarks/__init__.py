"""The benchmarks are believed only if what they are made of is known to work."""
