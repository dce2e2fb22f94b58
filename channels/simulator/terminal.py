"""A phone in the terminal: what `letsema dial` runs. Pages go to stdout, answers come from stdin, a line each.

The line that is the service code hangs up and dials again, as after a lost session.
"""

from __future__ import annotations

import asyncio
from typing import Final, TextIO

from channels.simulator.phone import Handset, PhoneScreen
from channels.simulator.recording import DIALS, MASK, Session, difference

_RULE: Final = "-" * 32
_PROMPT: Final = "> "


class PinNeeded(ValueError):
    """A recorded session has a masked PIN, and nobody said which it is. The text is one sentence."""

    def __init__(self) -> None:
        super().__init__("the session needs a PIN that the file does not hold: give it with --pin")


async def talk(
    handset: Handset, session: Session, stdin: TextIO, stdout: TextIO, *, redial: str, keeps_pins: bool = False
) -> None:
    """Dial and talk until the session ends, or until stdin does (which hangs up). Every page is noted in `session`.

    redial: the line that begins a new session. Raises `TransportError`.
    """
    screen = await handset.dial()
    session.add(DIALS, screen, keeps_pins=keeps_pins)
    _show(screen, stdout)
    while screen.is_open:
        # In a thread: a person thinks for minutes, and the loop has a connection to keep alive meanwhile.
        line = await asyncio.to_thread(stdin.readline)
        if not line:
            stdout.write("\n")
            return
        typed = line.rstrip("\r\n")
        screen = await (handset.dial() if typed == redial else handset.answer(typed))
        session.add(DIALS if typed == redial else typed, screen, keeps_pins=keeps_pins)
        _show(screen, stdout)


async def replay(handset: Handset, session: Session, stdout: TextIO, *, pin: str = "") -> bool:
    """Play a recorded session again; True when every page is the recorded one. The first that is not is shown.

    pin: what stands for a masked one. Raises `PinNeeded` before anything is played, `TransportError`.
    """
    if not pin and any(page.typed == MASK for page in session.pages):
        raise PinNeeded
    played = Session(session.channel)
    for number, page in enumerate(session.pages, start=1):
        typed = pin if page.typed == MASK else page.typed
        screen = await (handset.dial() if typed == DIALS else handset.answer(typed))
        differing = difference(page, played.add(typed, screen, keeps_pins=True), number)
        if differing:
            stdout.write(f"{differing}\n")
            return False
    stdout.write(f"{len(session.pages)} pages, as recorded.\n")
    return True


def _show(screen: PhoneScreen, stdout: TextIO) -> None:
    stdout.write(f"{_RULE}\n{screen.text}\n{_RULE}\n")
    if screen.is_open:
        stdout.write(_PROMPT)
    stdout.flush()
