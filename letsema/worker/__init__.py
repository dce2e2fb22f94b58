"""The work that nobody waits for: the outbox, unfinished claims, the intake, payouts without an answer, and the clock."""
