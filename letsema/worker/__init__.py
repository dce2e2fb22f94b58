"""The work that nobody waits for: outbox, unfinished claims, intake, payouts without an answer, and the clock."""
