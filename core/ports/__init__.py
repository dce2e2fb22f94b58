"""What the loan engine needs from outside, as Protocols. Their adapters live in other rooms."""
