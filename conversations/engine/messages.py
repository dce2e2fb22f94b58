"""The ids of the sentences that the engine itself says, so that every catalogue must have them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# Every refusal but that of a secret has the placeholder {example}: an answer that the screen would take.
REFUSED_OPTION: Final = "refused.option"
REFUSED_TOO_LONG: Final = "refused.too_long"
REFUSED_AMOUNT: Final = "refused.amount"
"""Placeholders {low} and {high}."""
REFUSED_MULTIPLE: Final = "refused.multiple"
"""Placeholder {multiple}."""
REFUSED_DATE: Final = "refused.date"
REFUSED_DATE_RANGE: Final = "refused.date_range"
"""Placeholders {earliest} and {latest}."""
REFUSED_PIN_DIGITS: Final = "refused.pin_digits"
"""Placeholder {digits}: all that is said of a secret."""

CHANGED: Final = "engine.changed"
"""Shown above the screen that a conversation restarts at, after its flow got another version."""

FOOTER_BACK: Final = "footer.back"
FOOTER_HOME: Final = "footer.home"
FOOTER_MORE: Final = "footer.more"


class Notice(StrEnum):
    """What a channel's caller says outside any screen, always as the end of the session."""

    DIAL_AGAIN = "notice.dial_again"
    """The transcript does not continue, or something came after the end."""
    SLOW = "notice.slow"
    """The deadline passed and no command was under way."""
    RECEIVED = "notice.received"
    """The deadline passed after a claim was saved: an SMS follows."""
    UNSURE = "notice.unsure"
    """The deadline passed and the claim's fate is unknown: dial again if no SMS comes in ten minutes."""
    TAKEN_OVER = "notice.taken_over"
    """Another session continued the draft."""
    NOT_OURS = "notice.not_ours"
    """The number is not a Lesotho mobile."""
