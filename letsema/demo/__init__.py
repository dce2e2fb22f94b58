"""`letsema demo`: everything that a newcomer needs, on loopback only, with play money and sign-ins that are printed."""
