"""The record plane: one transaction a unit, one district a transaction."""
