"""What the loan engine needs from outside, as Protocols. Adapters live in other rooms; tests use the real ones where they stand."""
