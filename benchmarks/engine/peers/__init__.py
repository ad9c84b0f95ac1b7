"""Servers to measure beside ours: they hand out the same events, each as its own documentation says."""
