"""A program of its own: `python guard.py FOLDER` waits until its stdin ends, as it does when a test run was killed, and
then kills every PostgreSQL that lives below the folder. So no run leaves a server behind, however it ended.
"""

import contextlib
import sys
from pathlib import Path

import psutil


def main() -> None:
    folder = Path(sys.argv[1])
    sys.stdin.read()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and folder in Path(process.cwd()).parents:
                process.kill()


if __name__ == "__main__":
    main()
