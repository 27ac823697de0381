"""Measuring the bulk work: generated usage through our own ingest, matching and calculation, beside a plain COPY.

Everything runs in a database of its own that is thrown away afterwards. Ratios count, not seconds: all stages of one
report were measured in one run on one machine.
"""
