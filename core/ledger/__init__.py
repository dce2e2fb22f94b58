"""The double-entry ledger: accounts, journals that balance by construction, and what a loan's events post."""
