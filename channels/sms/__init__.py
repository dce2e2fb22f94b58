"""SMS: sending through a provider, and reading its delivery reports and inbound messages."""
