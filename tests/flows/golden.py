"""Golden conversations: what was typed and what was shown, kept as text and compared to the byte.

`LETSEMA_GOLDEN=write pytest tests/flows` writes them anew; the difference is then read like any other change.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.flows.caller import Caller

DIRECTORY = Path(__file__).parent / "golden"
_REFERENCE = re.compile(r"\b\d{4} \d{3} \d{3}\b")
_ID_END = re.compile(r"(ends in|qetella ka) \d{4}")


def transcript(caller: Caller) -> str:
    """Everything that a caller typed and saw. References and IDs are chance, so they stand as zeros."""
    pages = (
        f">>> {did}\n[{'END' if reply.ends else 'CON'} {reply.screen or 'notice'}]\n{reply.text}\n"
        for did, reply in caller.pages
    )
    return _ID_END.sub(r"\1 0000", _REFERENCE.sub("0000 000 000", "\n".join(pages)))


def assert_golden(caller: Caller, name: str, language: str) -> None:
    """Compare a conversation with the one that is kept under this name."""
    path = DIRECTORY / f"{name}.{language}.txt"
    spoken = transcript(caller)
    if os.environ.get("LETSEMA_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(spoken, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == spoken
