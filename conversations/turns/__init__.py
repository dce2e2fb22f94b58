"""Turns: one request of a session in, one reply out, exactly once in effect whatever the network repeats.

A channel parses its provider's request into a `Hop` and sends back the `Reply` that `TurnRunner.take` gives.
"""

from conversations.turns.hop import Dialect, Hop, Renderer, Reply
from conversations.turns.observing import HopSeen, Seen
from conversations.turns.runner import TurnRunner

__all__ = ["Dialect", "Hop", "HopSeen", "Renderer", "Reply", "Seen", "TurnRunner"]
