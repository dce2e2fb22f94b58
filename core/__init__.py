"""The loan engine: pure rules, use cases, and the ports they need. It does no I/O and imports no other room."""
