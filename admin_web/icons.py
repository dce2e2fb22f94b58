"""Small line drawings that stand beside words, never instead of them. Paths in a 16 by 16 box."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "alert": "M8 2.2 14.6 13.5H1.4ZM8 6.4v3.4M8 11.4v.5",
    "arrow": "M3 8h9.5M9 4.5 12.5 8 9 11.5",
    "bad": "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6",
    "good": "M2.8 8.6 6.3 12l7-8",
    "neutral": "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6",
    "person": "M8 2.6a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4M2.8 13.6c.6-2.7 2.6-4 5.2-4s4.6 1.3 5.2 4",
    "search": "M7 2.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 0 0 0-8.8M10.3 10.3l3.3 3.3",
    "wait": "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2M8 5v3.2l2.2 1.6",
    "warn": "M8 2.2 14.6 13.5H1.4ZM8 6.4v3.4M8 11.4v.5",
}
"""A drawing's name is the tone of a badge (`good`, `bad`, `wait`, `warn`, `neutral`) or what it shows."""
