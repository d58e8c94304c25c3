"""Benchmarks. Each prints what it measured, side by side in one run; docs/benchmarks.md has the commands."""
