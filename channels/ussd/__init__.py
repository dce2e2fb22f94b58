"""USSD: reading a dialect's callbacks, and rendering a screen as pages of GSM 03.38 characters."""
