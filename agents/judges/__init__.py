"""Judges: each reads one letter against the requirements and returns findings, never a rank."""
