"""Benchmarks: timings measured side by side in one run; run by `make bench`, never by the tests."""
