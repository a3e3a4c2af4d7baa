"""Evaluations: labelled data, metrics and reports about the rooms below."""
