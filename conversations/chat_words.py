"""What a chat says beside the screens: ids of texts, so that the check knows them and a channel cannot misspell one."""

from __future__ import annotations

from enum import StrEnum


class ChatWords(StrEnum):
    """One value for one text of a chat that is not a screen's."""

    AGAIN = "telegram.again"
    SLOW = "telegram.slow"
    RECEIVED = "telegram.received"
    UNSURE = "telegram.unsure"
    TAKEN_OVER = "telegram.taken_over"
    SEND_AGAIN = "telegram.send_again"
    OLD_BUTTON = "telegram.old_button"
    WRONG_PIN = "telegram.wrong_pin"
    """Placeholder {tries_left}."""
    ONLY_TEXT = "telegram.only_text"
    WELCOME = "telegram.welcome"
    SHARE_BUTTON = "telegram.share_button"
    NOT_YOUR_CONTACT = "telegram.not_your_contact"
    NOT_OURS = "telegram.not_ours"
    CODE_SENT = "telegram.code_sent"
    """Placeholder {phone_masked}."""
    TOO_MANY_CODES = "telegram.too_many_codes"
    """Placeholder {service_code}."""
    WRONG_CODE = "telegram.wrong_code"
    """Placeholder {tries_left}."""
    CODE_OVER = "telegram.code_over"
    LINKED = "telegram.linked"
    """Placeholder {phone_masked}."""
    UNLINKED = "telegram.unlinked"
    NOT_NOW = "telegram.not_now"
