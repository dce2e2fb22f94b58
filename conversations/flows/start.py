"""Where every dial begins, and the ends that any flow may come to."""

from __future__ import annotations

from typing import Final

from conversations.engine import End, Flow, Menu, Option, Read, Resume, Work

DISTRICT_DOWN: Final = "district_down"
"""The outcome of every ask that needs the caller's district, when its records cannot be reached."""

DISTRICT_DOWN_END: Final = "start.district_down"

START: Final = Flow(
    name="start",
    version=2,
    screens=(
        Work(
            name="enter",
            ask=Read(
                kind="caller",
                outcomes={
                    "new": "register.language",
                    "known": "main.menu",
                    "no_pin": "first_pin.enter",
                    "new_outside_hours": "closed",
                    "known_outside_hours": "main.outside_hours",
                },
            ),
        ),
        Resume(
            name="resume",
            text="start.resume",
            continue_label="start.resume_continue",
            again_label="start.resume_again",
        ),
        End(name="gave_up", text="start.gave_up"),
        End(name="district_down", text="start.district_down"),
        End(name="closed", text="start.closed"),
        End(name="pin_locked", text="start.pin_locked"),
        # A way out where wrong PINs lead: who was at a branch already goes on from here.
        Menu(
            name="pin_needs_officer",
            text="start.pin_needs_officer",
            options=(Option("1", "recovery.have_code", to="recovery.enter"),),
        ),
    ),
)
