"""Loans: terms, schedules, what the borrower is told, and the life of an account by replay. Pure; no I/O, no clock."""
