"""A screen as a chat shows it: a text and rows of buttons. Kept as canonical JSON, which is the turn's stored reply.

A button carries which screen it stands on (session and turn) beside its key, so that one pressed later is known as old.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

CALLBACK_BYTES_MAX: Final = 64
"""What Telegram carries with a button."""

TEXT_CHARACTERS_MAX: Final = 4_096
BUTTONS_MAX: Final = 80
"""Telegram takes a hundred; the rest is room for the reserved keys."""

_CALLBACK: Final = re.compile(r"s:([A-Za-z0-9_-]{1,32}):([0-9]{1,9}):([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Button:
    """What it says, and the key that it presses, as on a keypad."""

    label: str
    key: str


@dataclass(frozen=True, slots=True)
class TelegramScreen:
    """What to send. `is_secret`: the next message holds a PIN, and is deleted as soon as it is read."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    is_secret: bool = False

    def to_json(self) -> str:
        """The canonical form: equal screens give equal text."""
        members = {
            "rows": [[[button.label, button.key] for button in row] for row in self.rows],
            "secret": self.is_secret,
            "text": self.text,
        }
        return json.dumps(members, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, written: str) -> TelegramScreen:
        """Read the canonical form. Raises `ValueError` for anything else."""
        try:
            members = json.loads(written)
            rows = tuple(tuple(Button(str(label), str(key)) for label, key in row) for row in members["rows"])
            return cls(str(members["text"]), rows, bool(members["secret"]))
        except (KeyError, TypeError) as error:
            raise ValueError("this is no stored screen") from error


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed: where it stood, and its key."""

    session: str
    turn: int
    key: str


def callback_data(press: Press) -> str:
    """What a button carries. Raises `ValueError` when it is not one that can be read back."""
    written = f"s:{press.session}:{press.turn}:{press.key}"
    if not _CALLBACK.fullmatch(written) or len(written.encode()) > CALLBACK_BYTES_MAX:
        raise ValueError("a button's session, turn or key is too long")
    return written


def read_callback(written: str) -> Press | None:
    """The press behind a button's data; None for what no button of ours carries."""
    match = _CALLBACK.fullmatch(written)
    return Press(match[1], int(match[2]), match[3]) if match else None
