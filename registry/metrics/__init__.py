"""Figures for Prometheus: what each worker counts, and what the machine and the database say when they are asked.

docs/metrics.md lists them, docs/decisions/0024-metrics.md says why they are counted this way.
"""
