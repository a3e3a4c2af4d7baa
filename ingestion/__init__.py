"""Ingestion: letters in, a searchable store out. Knows nothing about jobs, judges or screens."""
