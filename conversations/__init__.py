"""The borrower's dialogue as a declared state machine, channel-neutral. It knows no channel and no database."""
