"""Structured log lines: JSON, UTC, one line each, with nothing personal in them."""
