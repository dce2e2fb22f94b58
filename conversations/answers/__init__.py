"""What answers the machine's asks: one function an ask, each a use case and its outcome. No rule lives here."""
