"""Telegram: screens with buttons, updates worked off once and in order, and a chat that counts as its linked number."""
