"""Processes that end with the test run, whatever ends it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

_PARENT: Final = ThreadPoolExecutor(1, thread_name_prefix="parent")
"""The kernel tells a child of the end of the thread that made it, not of its process: a node that a test started beside
its event loop would die with that test. This thread ends with us."""


def start_with_us(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process as `subprocess.Popen` does; where the system can, it is killed when we end."""
    with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return _PARENT.submit(lambda: subprocess.Popen([*with_us, *command], **options)).result()
