"""Payment rails: paying out, asking what became of a payout, and reading the notices that a rail sends."""
