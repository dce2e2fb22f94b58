"""What a conversation by SMS says beside the screens: ids of texts, so that the check knows them all."""

from __future__ import annotations

from enum import StrEnum


class TextingWords(StrEnum):
    """One value for one text. Those that are whole messages hold {service_code}: an SMS always says what to dial."""

    DIAL = "texting.dial"
    """The last line of every screen."""
    PIN = "texting.pin"
    """In place of a screen that asks for a PIN."""
    PIN_RESERVED = "texting.pin_reserved"
    """The same where a form has its reference already. Placeholder {reserved}."""
    AGAIN = "texting.again"
    SLOW = "texting.slow"
    RECEIVED = "texting.received"
    UNSURE = "texting.unsure"
    TAKEN_OVER = "texting.taken_over"
    HELP = "texting.help"
    STOPPED = "texting.stopped"
    STARTED = "texting.started"
    NO_REMINDERS = "texting.no_reminders"
    """After STOP from a number that nobody knows."""
    TOO_MANY = "texting.too_many"
