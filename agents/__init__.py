"""Agents: requirements, retrieval, judges and the winner. Knows nothing about screens or training."""
