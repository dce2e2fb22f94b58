"""Where every dial begins, and the ends that any flow may come to."""

from __future__ import annotations

from typing import Final

from conversations.engine import End, Flow, Read, Resume, Work

DISTRICT_DOWN: Final = "district_down"
"""The outcome of every ask that needs the caller's district, when its records cannot be reached."""

DISTRICT_DOWN_END: Final = "start.district_down"

START: Final = Flow(
    name="start",
    version=1,
    screens=(
        Work(
            name="enter",
            ask=Read(kind="caller", outcomes={"new": "register.language", "known": "main.menu"}),
        ),
        Resume(
            name="resume",
            text="start.resume",
            continue_label="start.resume_continue",
            again_label="start.resume_again",
        ),
        End(name="gave_up", text="start.gave_up"),
        End(name="district_down", text="start.district_down"),
        End(name="pin_locked", text="start.pin_locked"),
        End(name="pin_needs_officer", text="start.pin_needs_officer"),
    ),
)
