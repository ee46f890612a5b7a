"""Benchmarks: each prints JSON; compare ratios within one run, never absolute figures between machines."""
