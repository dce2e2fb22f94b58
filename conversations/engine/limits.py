"""Every bound of a conversation, named. Reaching one ends politely or refuses at import; nothing loops."""

from __future__ import annotations

from typing import Final

ASKS_PER_TURN_MAX: Final = 4
"""Reads, PIN checks and commands between one input and the screen that answers it: what fits inside one hop."""

COMMANDS_PER_TURN_MAX: Final = 1
"""A claim names one command, so that a crash can be finished without guessing which effect was under way."""

ANSWER_LENGTH_MAX: Final = 182
"""The longest input any network passes on (a USSD string); longer ones are refused, unread."""

TRIES_MAX: Final = 3
"""Wrong answers in a row before the helpful exit."""

TRAIL_DEPTH_MAX: Final = 16
"""Screens that `0` can walk back through; older ones are forgotten."""

DRAFTS_PER_CALLER_MAX: Final = 4
"""Unfinished forms one phone number may hold: one for each flow that keeps drafts."""

DEEP_DIAL_PARTS_MAX: Final = 8
"""Choices that a dial string such as `*384*555*1*2#` may make; the rest is dropped unread."""

CHOICES_MAX: Final = 97
"""Items of one list: their numbers stay under the reserved 98."""

FACTS_MAX: Final = 256
"""Values that asks may leave in a conversation at one time: twice what all flows know by name, so that a session which
goes through each of them (a chat lives for a day) never meets it.
"""
